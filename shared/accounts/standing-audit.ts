import { type AuditNote, auditNote } from "./audit.ts";
import type { Stand } from "./standing.ts";
import { nameOfScope } from "./suspension.ts";

/**
 * What the log has of a change of an account's standing; undefined where nothing changes but what its owner is told.
 */
export function noteOfStand(accountId: number, before: Stand, after: Stand): AuditNote | undefined {
  const [was, is] = [shown(before), shown(after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return undefined;
  const reason = after.standing.news.at(-1)?.reason;
  return auditNote({
    ...{ type: "account", verb: verbOf(before, after), id: accountId },
    ...{ before: was, after: { ...is, ...(reason && { reason }) } },
  });
}

function verbOf(before: Stand, after: Stand): string {
  if (before.status !== "banned" && after.status === "banned") return "banned";
  const isLess = after.standing.suspensions.length < before.standing.suspensions.length;
  return isLess || before.status === "banned" ? "suspension_lifted" : "suspended";
}

function shown({ status, standing }: Stand) {
  return { status, suspended: standing.suspensions.map(({ scope }) => nameOfScope(scope)) };
}
