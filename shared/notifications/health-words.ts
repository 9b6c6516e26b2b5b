import type { HealthNews } from "../platform/notice.ts";
import type { Words } from "./notice.ts";

const said = { good: "good", warning: "high", critical: "critical" } as const;
const severities = { good: "info", warning: "warning", critical: "critical" } as const;

/** What is read of how a domain's mail is received. */
export function healthWords(news: HealthNews): Words {
  const words = news.kind === "domain_critical" ? criticalWords(news) : weekWords(news);
  return { ...words, resource: { type: "domain", id: news.domainId } };
}

function criticalWords({ name, domainId, counts, health }: HealthNews): Omit<Words, "resource"> {
  const { bounces, complaints } = health;
  const byBounces = bounces.verdict === "critical";
  const event = byBounces ? "bounce" : "spam";
  const facts = [
    ...(byBounces
      ? [
          `${number(counts.bounce)} of the ${number(counts.sent)} emails that ${name} sent in the last seven days bounced: ${percent(bounces.rate)}. More than 5% is critical.`,
        ]
      : []),
    ...(complaints.verdict === "critical"
      ? [
          `${number(counts.spam)} of the ${number(counts.delivery)} emails that ${name} delivered in the last seven days were reported as spam: ${percent(complaints.rate)}. More than 0.1% is critical.`,
        ]
      : []),
  ];
  return {
    severity: "critical",
    subject: `${name}: ${byBounces ? "too many emails bounce" : "too many recipients complain"}`,
    text: [
      ...facts,
      "Mailbox providers soon put such mail into spam folders or refuse it, and sending may be suspended. Write only to people who have asked for it, and stop writing to addresses that bounce.",
    ].join("\n\n"),
    callToAction: {
      label: byBounces ? "See which emails bounced, and why" : "See who complained about what",
      request: `GET /api/email_logs?filters[domain_id][value]=${domainId}&filters[events][value]=${event}`,
    },
  };
}

function weekWords({ name, domainId, days, counts, health }: HealthNews): Omit<Words, "resource"> {
  const { startDate, endDate } = days;
  const { bounces, complaints, verdict } = health;
  const ofDelivered = (count: number) => percent(counts.delivery === 0 ? 0 : count / counts.delivery);
  return {
    severity: severities[verdict],
    subject: `${name}: your week from ${startDate} to ${endDate}${verdict === "good" ? "" : `, with rates that are ${said[verdict]}`}`,
    text: [
      `How the mail of ${name} was received from ${startDate} to ${endDate} (UTC):`,
      [
        `Sent: ${number(counts.sent)}`,
        `Delivered: ${number(counts.delivery)}`,
        `Bounced: ${number(counts.bounce)}, ${percent(bounces.rate)} of what was sent (${said[bounces.verdict]}; from 2% on high, above 5% critical)`,
        `Reported as spam: ${number(counts.spam)}, ${percent(complaints.rate)} of what was delivered (${said[complaints.verdict]}; from 0.08% on high, above 0.1% critical)`,
        `Opened: ${number(counts.open)}, ${ofDelivered(counts.open)} of what was delivered`,
        `Clicked: ${number(counts.click)}, ${ofDelivered(counts.click)} of what was delivered`,
      ].join("\n"),
      `You get this on Mondays after weeks with 1,000 emails or more, unless health_alerts_enabled is switched off for ${name}.`,
    ].join("\n\n"),
    callToAction: {
      label: "See the week day by day",
      request: `GET /api/stats/date?start_date=${startDate}&end_date=${endDate}&domain_ids[]=${domainId}`,
    },
  };
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

function percent(rate: number): string {
  return `${Number((100 * rate).toPrecision(3))}%`;
}
