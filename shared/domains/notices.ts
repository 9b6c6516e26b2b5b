import type { ComplianceStatus, SendingDomain } from "./sending-domain.ts";

export interface Notice {
  readonly subject: string;
  readonly text: string;
}

/** What an owner may need to know of a domain: a new state is a reason to write. */
export function stateToTell({
  complianceStatus,
  dns,
}: Pick<SendingDomain, "complianceStatus" | "dns">): string {
  const isAtRisk = complianceStatus === "compliant" && dns !== undefined && dns.lostAt !== null;
  return isAtRisk ? "records_lost" : complianceStatus;
}

type Words = (name: string, reasons: string) => Notice;

const words: Readonly<Record<Exclude<ComplianceStatus, "demo"> | "records_lost", Words>> = {
  unverified_dns: (name) => ({
    subject: `${name}: DNS records are missing`,
    text: `${name} cannot send: one or more of its DNS records are not there. Look at the domain to see which, set them, and ask for a check.`,
  }),
  records_lost: (name) => ({
    subject: `${name}: DNS records have disappeared`,
    text: `DNS records of ${name} that were there have disappeared. Unless they are back within an hour, ${name} cannot send any more.`,
  }),
  missing_company_info: (name) => ({
    subject: `${name}: tell us who sends`,
    text: `The DNS records of ${name} are verified. What is missing is your company information: fill it in, and the domain is reviewed.`,
  }),
  under_review: (name) => ({
    subject: `${name} is under review`,
    text: `The DNS records of ${name} are verified, and the domain is being reviewed. This usually takes about two minutes.`,
  }),
  awaiting_questionnaire: (name, reasons) => ({
    subject: `${name}: a few questions`,
    text: `The automatic review of ${name} needs to know more.${reasons}\n\nPlease answer the domain's questionnaire.`,
  }),
  awaiting_card_verification: (name) => ({
    subject: `${name}: we have your answers`,
    text: `Thank you for your answers about ${name}. Your identity is verified next, and we write to you when it is decided.`,
  }),
  compliant: (name) => ({
    subject: `${name} is ready to send`,
    text: `${name} has passed all checks and is ready to send.`,
  }),
  non_compliant: (name, reasons) => ({
    subject: `${name} was not accepted`,
    text: `${name} did not pass the compliance check and cannot send.${reasons}`,
  }),
  suspended: (name, reasons) => ({
    subject: `${name} is suspended`,
    text: `Sending from ${name} is suspended.${reasons}`,
  }),
  demo_exhausted: (name) => ({
    subject: `${name} has used up its allowance`,
    text: `The demo domain ${name} has sent all that it may. Add a domain of your own to go on.`,
  }),
};

/** What to write about a domain's state; undefined where there is nothing to say. */
export function noticeOf(domain: SendingDomain): Notice | undefined {
  const state = stateToTell(domain) as keyof typeof words | "demo";
  if (state === "demo") return undefined;
  const reasons = domain.reviewReasons.map((reason) => `\n- ${reason}`).join("");
  return words[state](domain.name, reasons && `\n${reasons}`);
}
