import { type AuditNote, auditNote } from "../../shared/accounts/audit.ts";
import type { AuditStore } from "../../shared/accounts/audit-store.ts";
import type { Action } from "./actions.ts";

/** What is done to whom; what only looks, or is about no account, is not here. */
const changes: Partial<Record<Action["action"], readonly [type: string, verb: string]>> = {
  createAccount: ["account", "created"],
  createToken: ["api_token", "created"],
  createOrganization: ["organization", "created"],
  createUser: ["user", "created"],
  acceptInvitation: ["user", "created"],
  addDomain: ["sending_domain", "created"],
  setDomainStatus: ["sending_domain", "updated"],
  decideDomain: ["sending_domain", "reviewed"],
  setDomainSettings: ["sending_domain", "updated"],
  setAccountStatus: ["account", "status_changed"],
  suspend: ["account", "suspended"],
  lift: ["account", "suspension_lifted"],
  noteAnswer: ["account", "answer_noted"],
  setLimits: ["account", "limits_changed"],
  setPlan: ["account", "plan_changed"],
};

/** Writes what the operator has changed into the account's audit log. */
export async function noteAction(
  { audits }: { readonly audits: Pick<AuditStore, "add"> },
  wanted: Action,
  answer: Readonly<Record<string, unknown>>,
): Promise<void> {
  const accountId = Number("accountId" in wanted ? wanted.accountId : answer["accountId"]);
  const note = noteOf(wanted, answer, accountId);
  if (note !== undefined) await audits.add(accountId, { name: "Operator" }, note);
}

function noteOf(
  wanted: Action,
  answer: Readonly<Record<string, unknown>>,
  accountId: number,
): AuditNote | undefined {
  const [type, verb] = changes[wanted.action] ?? [];
  if (type === undefined || verb === undefined) return undefined;
  const { action: _action, ...after } = { ...wanted } as Record<string, unknown>;
  const ids = { ...after, ...answer };
  const own: Readonly<Record<string, unknown>> = {
    api_token: ids["tokenId"],
    organization: ids["organizationId"],
    user: ids["userId"],
    sending_domain: ids["domainId"] ?? ids["domainName"],
  };
  const name = ids["domainName"] ?? ids["email"] ?? ids["name"];
  return auditNote({
    ...{ type, verb, id: (own[type] ?? accountId) as number | string, after },
    ...(typeof name === "string" && { name }),
  });
}
