import type { StandingNews } from "../platform/notice.ts";
import type { Severity, Words } from "./notice.ts";

interface OfKind {
  readonly severity: Severity;
  readonly subject: (news: StandingNews) => string;
  readonly text: (news: StandingNews, reason: string) => string;
  readonly call: Words["callToAction"];
}

const seeMail = "GET /api/email_logs";
const seeStanding = "GET /api/standing";

const kinds: Readonly<Record<StandingNews["kind"], OfKind>> = {
  sending_at_risk: {
    severity: "warning",
    subject: ({ what }) => `${what} is about to be suspended`,
    text: ({ what }, reason) => `${what} is about to be suspended.${reason}`,
    call: { label: "See what was sent, and mend it before that", request: seeMail },
  },
  sending_suspended: {
    severity: "critical",
    subject: ({ what }) => `${what} is suspended`,
    text: ({ what, banAt }, reason) =>
      `${what} is suspended.${reason}\n\nWhat you send is accepted and kept. It goes out once the suspension is lifted.${endOf(banAt)}`,
    call: {
      label: "Answer this email to tell us what happened, and see how your account stands",
      request: seeStanding,
    },
  },
  ban_ahead: {
    severity: "critical",
    subject: ({ banAt, answered }) =>
      `Your account is banned on ${time(banAt).slice(0, 10)} unless ${answered === true ? "its suspension is lifted" : "you answer"}`,
    text: ({ what, banAt, answered }, reason) =>
      `${what} is suspended.${reason}\n\n${waitFor(answered)}, your account is banned at ${time(banAt)}, and what is kept of your mail is rejected.`,
    call: {
      label:
        "Answer this email to tell us what happened and what you have changed; see how your account stands",
      request: seeStanding,
    },
  },
  sending_resumed: {
    severity: "info",
    subject: ({ what }) => `${what} is no longer suspended`,
    text: ({ what }, reason) => `${what} is no longer suspended.${reason} What was kept is being sent.`,
    call: { label: "See what is sent", request: seeMail },
  },
  account_banned: {
    severity: "critical",
    subject: ({ what }) => `${what} is banned`,
    text: ({ what }, reason) =>
      `${what} is banned, and cannot send any more.${reason}\n\nWhat was kept is rejected.`,
    call: { label: "See what was rejected", request: seeMail },
  },
};

/** What an owner reads of suspensions and bans. */
export function standingWords(news: StandingNews): Words {
  const { severity, subject, text, call } = kinds[news.kind];
  return {
    severity,
    subject: subject(news),
    text: text(news, news.reason && ` ${news.reason}`),
    callToAction: call,
    resource: { type: "account", id: null },
  };
}

function endOf(banAt: number | undefined): string {
  if (banAt === undefined) return "";
  return ` If we hear nothing from you, it becomes a ban at ${time(banAt)}, and what is kept is rejected.`;
}

function waitFor(answered = false): string {
  return answered
    ? "We have your answer. Unless the suspension is lifted before"
    : "We have not heard from you. If that stays so";
}

function time(epochMs = 0): string {
  return new Date(epochMs).toISOString();
}
