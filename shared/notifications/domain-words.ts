import type { DomainNews } from "../platform/notice.ts";
import type { Severity, Words } from "./notice.ts";

interface OfState {
  readonly severity: Severity;
  readonly subject: (name: string) => string;
  readonly text: (name: string, reasons: string) => string;
  readonly call: keyof typeof calls;
}

const calls = {
  look: { label: "Look at the domain", request: (id: number) => `GET /api/domains/${id}` },
  inform: {
    label: "Fill in the company information",
    request: (id: number) => `POST /api/domains/${id}/company_info`,
  },
  answer: {
    label: "Answer the questionnaire",
    request: (id: number) => `POST /api/domains/${id}/questionnaire`,
  },
  add: { label: "Add a domain", request: (_id: number) => "POST /api/domains" },
} as const;

const states: Readonly<Record<DomainNews["state"], OfState>> = {
  unverified_dns: {
    ...{ severity: "critical", call: "look" },
    subject: (name) => `${name}: DNS records are missing`,
    text: (name) =>
      `${name} cannot send: one or more of its DNS records are not there. Look at the domain to see which, set them, and ask for a check.`,
  },
  records_lost: {
    ...{ severity: "critical", call: "look" },
    subject: (name) => `${name}: DNS records have disappeared`,
    text: (name) =>
      `DNS records of ${name} that were there have disappeared. Unless they are back within an hour, ${name} cannot send any more.`,
  },
  missing_company_info: {
    ...{ severity: "warning", call: "inform" },
    subject: (name) => `${name}: tell us who sends`,
    text: (name) =>
      `The DNS records of ${name} are verified. What is missing is your company information: fill it in, and the domain is reviewed.`,
  },
  under_review: {
    ...{ severity: "info", call: "look" },
    subject: (name) => `${name} is under review`,
    text: (name) =>
      `The DNS records of ${name} are verified, and the domain is being reviewed. This usually takes about two minutes.`,
  },
  awaiting_questionnaire: {
    ...{ severity: "warning", call: "answer" },
    subject: (name) => `${name}: a few questions`,
    text: (name, reasons) =>
      `The automatic review of ${name} needs to know more.${reasons}\n\nPlease answer the domain's questionnaire.`,
  },
  awaiting_card_verification: {
    ...{ severity: "info", call: "look" },
    subject: (name) => `${name}: we have your answers`,
    text: (name) =>
      `Thank you for your answers about ${name}. Your identity is verified next, and we write to you when it is decided.`,
  },
  compliant: {
    ...{ severity: "info", call: "look" },
    subject: (name) => `${name} is ready to send`,
    text: (name) => `${name} has passed all checks and is ready to send.`,
  },
  non_compliant: {
    ...{ severity: "critical", call: "look" },
    subject: (name) => `${name} was not accepted`,
    text: (name, reasons) => `${name} did not pass the compliance check and cannot send.${reasons}`,
  },
  suspended: {
    ...{ severity: "critical", call: "look" },
    subject: (name) => `${name} is suspended`,
    text: (name, reasons) => `Sending from ${name} is suspended.${reasons}`,
  },
  demo_exhausted: {
    ...{ severity: "warning", call: "add" },
    subject: (name) => `${name} has used up its allowance`,
    text: (name) => `The demo domain ${name} has sent all that it may. Add a domain of your own to go on.`,
  },
};

/** What an owner reads when a domain has come into another state. */
export function domainWords({ domainId, name, state, reasons }: DomainNews): Words {
  const { severity, subject, text, call } = states[state];
  const { label, request } = calls[call];
  const list = reasons.map((reason) => `\n- ${reason}`).join("");
  return {
    severity,
    subject: subject(name),
    text: text(name, list && `\n${list}`),
    callToAction: { label, request: request(domainId) },
    resource: { type: "domain", id: domainId },
  };
}
