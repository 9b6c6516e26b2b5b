import type { StandingNews } from "../platform/notice.ts";
import type { Severity, Words } from "./notice.ts";

interface OfKind {
  readonly severity: Severity;
  readonly subject: (what: string) => string;
  readonly text: (news: StandingNews, reason: string) => string;
  readonly call: string;
}

const kinds: Readonly<Record<StandingNews["kind"], OfKind>> = {
  sending_at_risk: {
    severity: "warning",
    subject: (what) => `${what} is about to be suspended`,
    text: ({ what }, reason) => `${what} is about to be suspended.${reason}`,
    call: "See what was sent, and mend it before that",
  },
  sending_suspended: {
    severity: "critical",
    subject: (what) => `${what} is suspended`,
    text: ({ what, banAt }, reason) =>
      `${what} is suspended.${reason}\n\nWhat you send is accepted and kept. It goes out once the suspension is lifted.${endOf(banAt)}`,
    call: "Answer this email to tell us what happened, and see what was sent",
  },
  sending_resumed: {
    severity: "info",
    subject: (what) => `${what} is no longer suspended`,
    text: ({ what }, reason) => `${what} is no longer suspended.${reason} What was kept is being sent.`,
    call: "See what is sent",
  },
  account_banned: {
    severity: "critical",
    subject: (what) => `${what} is banned`,
    text: ({ what }, reason) =>
      `${what} is banned, and cannot send any more.${reason}\n\nWhat was kept is rejected.`,
    call: "See what was rejected",
  },
};

/** What an owner reads of suspensions and bans. */
export function standingWords(news: StandingNews): Words {
  const { severity, subject, text, call } = kinds[news.kind];
  return {
    severity,
    subject: subject(news.what),
    text: text(news, news.reason && ` ${news.reason}`),
    callToAction: { label: call, request: "GET /api/email_logs" },
    resource: { type: "account", id: null },
  };
}

function endOf(banAt: number | undefined): string {
  if (banAt === undefined) return "";
  return ` If we hear nothing from you, it becomes a ban at ${new Date(banAt).toISOString()}, and what is kept is rejected.`;
}
