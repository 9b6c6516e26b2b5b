import type { News, PaymentNews, TokenNews, UseNews, UserNews, WebhookNews } from "../platform/notice.ts";
import { domainWords } from "./domain-words.ts";
import { healthWords } from "./health-words.ts";
import type { Severity, Words } from "./notice.ts";
import { standingWords } from "./standing-words.ts";

/** What an owner reads of each kind of news. */
export function wordsOf(news: News): Words {
  switch (news.kind) {
    case "month_used":
    case "overage_used":
      return useWords(news);
    case "payment_failed":
      return paymentWords(news);
    case "token_expiry":
      return tokenWords(news);
    case "domain_state":
      return domainWords(news);
    case "domain_critical":
    case "domain_health":
      return healthWords(news);
    case "webhook_paused":
      return webhookWords(news);
    case "user_joined":
      return userWords(news);
    default:
      return standingWords(news);
  }
}

const severityOfPercent = { 80: "info", 90: "warning", 100: "critical" } as const satisfies Record<
  number,
  Severity
>;

function useWords(news: UseNews): Words {
  const { kind, percent, used, limit, isOver } = news;
  const ofMonth = kind === "month_used";
  const what = `${isOver ? "the last" : "this"} period's ${ofMonth ? "emails" : "overage"}`;
  const counted = `${number(used)} of ${number(limit)}`;
  const goesOn = ofMonth && news.overageCap > 0;
  return {
    severity: isOver ? "info" : goesOn && percent === 100 ? "warning" : severityOfPercent[percent],
    subject: percent === 100 ? `You have used up ${what}` : `You have used ${percent}% of ${what}`,
    text: `Your account has used ${counted} ${ofMonth ? "emails" : "emails beyond the month's"} in the billing period that began on ${day(news.periodStart)}.${whatFollows(news, goesOn)}`,
    callToAction: { label: "See your usage, and choose a larger plan", request: "GET /api/billing/usage" },
    resource: { type: "billing", id: null },
  };
}

function whatFollows({ percent, overageCap, isOver }: UseNews, goesOn: boolean): string {
  if (isOver) return " That period has ended, and the next has begun afresh.";
  if (goesOn) {
    const verb = percent === 100 ? "are being sent" : "will be sent";
    return ` Up to ${number(overageCap)} emails beyond the limit ${verb} as overage, which is billed.`;
  }
  return percent === 100
    ? " Further emails are refused until the next period begins, or until you choose a larger plan."
    : " Once all are used, further emails are refused until the next period begins.";
}

function paymentWords({ planName, freeFrom }: PaymentNews): Words {
  return {
    severity: "critical",
    subject: "A payment for your account has failed",
    text: `The payment for your account's plan, ${planName}, has failed. Unless it is made, your account has the free plan, with its limits, from ${day(freeFrom)} on. Until then nothing changes.`,
    callToAction: { label: "See what you owe, and pay it", request: "GET /api/billing/statements" },
    resource: { type: "billing", id: null },
  };
}

const severityOfStage = { "30 days": "info", "3 days": "warning", expired: "critical" } as const;

function tokenWords({ tokenId, stage, name, last4Digits, expiresAt }: TokenNews): Words {
  const expired = stage === "expired";
  const at = new Date(expiresAt).toISOString();
  return {
    severity: severityOfStage[stage],
    subject: `API token "${name}" ${expired ? "has expired" : `expires on ${day(expiresAt)}`}`,
    text: [
      `Your API token "${name}" (…${last4Digits}) ${expired ? "expired" : "expires"} at ${at}.`,
      expired
        ? "Programs that still use it are turned away. Create another one, and let them use that."
        : "Programs that use it are turned away from then on. Reset it, or create another one, before that.",
    ].join("\n\n"),
    callToAction: expired
      ? { label: "Create a token", request: "POST /api/api_tokens" }
      : { label: "Reset the token", request: `POST /api/api_tokens/${tokenId}/reset` },
    resource: { type: "api_token", id: tokenId },
  };
}

function webhookWords({ webhookId, host, pausedAt, retries, retryMinutes }: WebhookNews): Words {
  return {
    severity: "warning",
    subject: `Your webhook ${webhookId} is paused`,
    text: [
      `Your webhook ${webhookId}, which calls ${host}, was paused at ${new Date(pausedAt).toISOString()}.`,
      `Its endpoint did not answer 200 to ${retries} retries, one every ${retryMinutes} minutes.`,
      "",
      "Events are kept for it, for 30 days. It gets them as soon as it is switched on again.",
    ].join("\n"),
    callToAction: {
      label: "Once the endpoint works, switch the webhook on",
      request: `PATCH /api/webhooks/${webhookId}  {"webhook": {"active": true}}`,
    },
    resource: { type: "webhook", id: webhookId },
  };
}

/** His name is not here: he has written it himself. */
function userWords({ accessId, email }: UserNews): Words {
  return {
    severity: "info",
    subject: `${email} has joined your account`,
    text: `${email} has accepted the invitation to your account, and now has access to what the invitation was to.`,
    callToAction: { label: "See who has access to what", request: "GET /api/account_accesses" },
    resource: { type: "user", id: accessId },
  };
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
