import type { ShownAccountAnswer } from "../../shared/contracts/operator-answers.ts";
import { limit } from "../plain-text.ts";
import { listOf, tableOf } from "../table.ts";
import { standingText } from "./standing-text.ts";
import { usageEntries } from "./usage-text.ts";

/** Limits that an account shows apart from its usage. */
const shownLimits = {
  emailsPerHour: ["Hour", "emails go out; the rest waits"],
  messageBytes: ["Size", "bytes of one email, with its attachments"],
  requestsPer10Seconds: ["Requests", "of a token to the API in 10 seconds"],
  smtpConnections: ["SMTP", "connections at the same time"],
  statsPerMinute: ["Stats", "requests in a minute"],
  suppressionsPerMinute: ["Lists", "requests to the suppression list in a minute"],
  logListsPerMinute: ["Searches", "of the message log in a minute"],
  logGetsPerMinute: ["Reads", "of single messages of the log in a minute"],
} as const;

/** An account with everything that the operator is told of it. */
export function accountText(account: ShownAccountAnswer, columns: number | undefined): string {
  const { usage, limits, domains, standing } = account;
  const details = listOf([
    ["Account", account.accountId],
    ["Name", account.name],
    ["Owner", account.ownerEmail],
    ["Status", account.status],
    ["Organization", account.organizationId],
    // Who shares another's quota has the plan alone.
    ...(usage === undefined ? ([["Plan", account.planName]] as const) : usageEntries(usage)),
    ...Object.entries(shownLimits).map(([field, [name, what]]) => {
      const value = limits[field];
      return [name, value === undefined ? undefined : `${limit(value)} ${what}`] as const;
    }),
  ]);
  const table = tableOf(
    domains,
    [
      { title: "DOMAIN", value: ({ domainName }) => domainName, shrinks: true },
      { title: "ID", value: ({ domainId }) => domainId, align: "right" },
      { title: "STATUS", value: ({ complianceStatus }) => complianceStatus },
    ],
    columns,
  );
  const parts = [details, domains.length === 0 ? "" : table, standingText(standing, columns)];
  return parts.filter((part) => part !== "").join("\n\n");
}
