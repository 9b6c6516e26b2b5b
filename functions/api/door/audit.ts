import type { Customer } from "../../../shared/accounts/account-store.ts";
import type { AuditActor, AuditEntry, AuditNote } from "../../../shared/accounts/audit.ts";
import type { AuditStore } from "../../../shared/accounts/audit-store.ts";
import { failureOf } from "../../../shared/platform/failure.ts";
import { logger } from "../../../shared/platform/observability.ts";

export interface AuditDeps {
  readonly audits: Pick<AuditStore, "add">;
  /** Lets webhooks hear of an entry. */
  readonly tellAudit: (accountId: number, entry: AuditEntry) => Promise<void>;
}

/**
 * Writes what a request has changed into the account's audit log. The change has happened: trouble here is the
 * operator's to hear of, not the customer's.
 */
export async function recordChange(
  { audits, tellAudit }: AuditDeps,
  customer: Customer,
  note: AuditNote,
): Promise<void> {
  const { id } = customer.account;
  try {
    await tellAudit(id, await audits.add(id, actorOf(customer), note));
  } catch (error) {
    logger.error("a change is missing in an audit log, or its webhooks were not told", {
      ...{ accountId: id, event: note.event, resourceId: note.resource.id },
      failure: failureOf(error),
    });
  }
}

/** Who did it: the user for whom the token acts, or else the token. */
export function actorOf({ token, access }: Pick<Customer, "token" | "access">): AuditActor {
  if (access === undefined) return { id: token.id, type: "api_token", name: token.name };
  return { id: access.specifierId, type: "user", name: access.name || access.email };
}
