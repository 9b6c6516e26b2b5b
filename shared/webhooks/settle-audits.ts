import type { AuditStore, EntryId } from "../accounts/audit-store.ts";
import { eachAlone } from "../platform/each-alone.ts";
import { tellAudit } from "./tell-audit.ts";
import type { TellDeps } from "./tell-webhooks.ts";

export interface SettleAuditsDeps extends TellDeps {
  readonly audits: Pick<AuditStore, "unsettled" | "sealed" | "settle">;
}

/** What remains is due with the next round, a minute later. */
const mostInOneRound = 500;

/**
 * Sees to it that every change is in its account's audit log and webhooks have heard of it: what the service and the
 * operator do, and what a request has left that died. Cut off anywhere, the next round does it, under the same ids.
 *
 * @returns how many entries there were, and how many of them failed; these are due again with the next round
 */
export async function settleAudits(deps: SettleAuditsDeps): Promise<{ due: number; failed: number }> {
  const due = await deps.audits.unsettled(mostInOneRound);
  const trouble = { text: "an entry of an audit log could not be settled", naming: (id: EntryId) => id };
  const failed = await eachAlone(due, trouble, (id) => settle(deps, id));
  return { due: due.length, failed: failed.length };
}

async function settle({ audits, ...telling }: SettleAuditsDeps, id: EntryId): Promise<void> {
  const entry = await audits.sealed(id);
  if (entry === undefined) return;
  await tellAudit(telling, id.accountId, entry);
  await audits.settle(id);
}
