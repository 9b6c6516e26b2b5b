import {
  type AuditActor,
  type AuditEntry,
  type AuditNote,
  auditNote,
  begunNote,
} from "../../shared/accounts/audit.ts";
import type { AuditStore } from "../../shared/accounts/audit-store.ts";
import { isRefusal } from "../../shared/platform/errors.ts";
import type { Action, ActionOf } from "./actions.ts";

/** Actions that only look, or are about no account: no log has them. */
type Unnoted =
  | `list${string}`
  | `show${string}`
  | ("usage" | "reviewQueue" | "queueDepths" | "replayDeadLetters" | "examine" | "recordFeedbackReport");

type Change = readonly [type: string, verb: string];

/** What is done to whom. */
const changes: Readonly<Record<Exclude<Action["action"], Unnoted>, Change>> = {
  createAccount: ["account", "created"],
  createSubAccount: ["account", "created"],
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
  setOverage: ["account", "overage_changed"],
  setDiscount: ["account", "discount_changed"],
  refund: ["account", "refunded"],
  failPayment: ["account", "payment_failed"],
};

function changeOf(action: Action["action"]): Change | undefined {
  return (changes as Readonly<Partial<Record<string, Change>>>)[action];
}

type Answer = Readonly<Record<string, unknown>>;

export const operator: AuditActor = { name: "Operator" };

/**
 * Does what the operator asks for, between two writes in the account's audit log: that it is begun, without which
 * nothing changes, and what has changed. Webhooks hear of it within a minute or two. What is refused leaves nothing.
 */
export async function audited(
  { audits }: { readonly audits: Pick<AuditStore, "begin" | "note" | "settle"> },
  wanted: Action,
  work: () => Promise<object>,
): Promise<object> {
  const accountId = "accountId" in wanted ? wanted.accountId : undefined;
  // An account that is made gets its entry with itself.
  if (accountId === undefined || changeOf(wanted.action) === undefined) return await work();
  const begun = await audits.begin(accountId, operator, begunNoteOf(wanted, accountId));
  try {
    const answer = await work();
    const entry: AuditEntry = { ...begun, ...noteOf(wanted, answer as Answer, accountId) };
    await audits.note(accountId, entry);
    return answer;
  } catch (error) {
    if (isRefusal(error)) await audits.settle({ accountId, id: begun.id });
    throw error;
  }
}

/** What the log of an account has of its making. */
export function noteOfAccount(
  wanted: ActionOf<"createAccount" | "createSubAccount">,
  accountId: number,
): AuditNote {
  return noteOf(wanted, {}, accountId);
}

function begunNoteOf({ action }: Action, accountId: number): AuditNote {
  return begunNote(`The operator's ${action}`, { type: "account", id: accountId });
}

function noteOf(wanted: Action, answer: Answer, accountId: number): AuditNote {
  const [type, verb] = changeOf(wanted.action) ?? ["account", "changed"];
  const { action: _action, accountId: _account, ...fields } = { ...wanted } as Record<string, unknown>;
  const ids = { ...fields, ...answer };
  const own: Readonly<Record<string, unknown>> = {
    api_token: ids["tokenId"],
    organization: ids["organizationId"],
    user: ids["userId"],
    sending_domain: ids["domainId"] ?? ids["domainName"],
  };
  const name = ids["domainName"] ?? ids["email"] ?? ids["name"];
  return auditNote({
    ...{ type, verb, id: (own[type] ?? accountId) as number | string, after: asCustomersRead(fields) },
    ...(typeof name === "string" && { name }),
  });
}

/** The log has fields by the names that the account API gives them. What is no name of ours, as a header's, stays. */
function asCustomersRead(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      ownName.test(name) ? name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`) : name,
      isFields(value) ? asCustomersRead(value) : value,
    ]),
  );
}

const ownName = /^[a-z][A-Za-z0-9]*$/;

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
