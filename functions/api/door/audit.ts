import type { Customer } from "../../../shared/accounts/account-store.ts";
import {
  type AuditActor,
  type AuditEntry,
  type AuditNote,
  begunNote,
} from "../../../shared/accounts/audit.ts";
import type { AuditStore } from "../../../shared/accounts/audit-store.ts";
import { isRefusal } from "../../../shared/platform/errors.ts";
import { failureOf } from "../../../shared/platform/failure.ts";
import { logger } from "../../../shared/platform/observability.ts";
import type { ApiAnswer } from "./route.ts";
import type { RouteMatch } from "./router.ts";

export interface AuditDeps {
  readonly audits: Pick<AuditStore, "begin" | "finish" | "settle">;
  /** Lets webhooks hear of an entry. */
  readonly tellAudit: (accountId: number, entry: AuditEntry) => Promise<void>;
}

type Asked = Pick<RouteMatch, "route" | "params">;

/** What a route's first word is about, as the log calls it. What is not here is about the account. */
const types: Readonly<Record<string, string>> = {
  domains: "sending_domain",
  api_tokens: "api_token",
  account_accesses: "user",
  webhooks: "webhook",
  suppressions: "suppression",
  tracking_opt_outs: "tracking_opt_out",
};
/** A path may say anything. */
const longestId = 100;

/**
 * Does what a request asks for, between two writes in the account's audit log: that it is begun, without which
 * nothing changes, and what has changed. Whoever dies in between leaves the first one behind, and so does a failure
 * of our own; from it the log gets its entry later. A refused request leaves nothing.
 *
 * @throws whatever the work throws, or the first write
 */
export async function audited(
  deps: AuditDeps,
  customer: Customer,
  asked: Asked,
  work: () => Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  if (asked.route.method === "GET" || asked.route.changesNothing === true) return await work();
  const { id } = customer.account;
  const begun = await deps.audits.begin(id, actorOf(customer), noteOfRequest(asked, id));
  try {
    const answer = await work();
    await unhindered(begun, () => conclude(deps, id, begun, answer.audit));
    return answer;
  } catch (error) {
    if (isRefusal(error)) {
      await unhindered(begun, () => deps.audits.settle({ accountId: id, id: begun.id }));
    }
    throw error;
  }
}

async function conclude(
  { audits, tellAudit }: AuditDeps,
  accountId: number,
  begun: AuditEntry,
  note: AuditNote | undefined,
): Promise<void> {
  if (note !== undefined) {
    const entry = { ...note, id: begun.id, actor: begun.actor, at: begun.at };
    await audits.finish(accountId, entry);
    await tellAudit(accountId, entry);
  }
  await audits.settle({ accountId, id: begun.id });
}

/** What was asked for has happened, or not: trouble here is the operator's to hear of, not the customer's. */
async function unhindered({ id, event }: AuditEntry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.error("an entry of an audit log is left to be settled", { id, event, failure: failureOf(error) });
  }
}

/** What the log has of a request of which nothing more is heard. */
function noteOfRequest({ route, params }: Asked, accountId: number): AuditNote {
  const text = params["id"]?.slice(0, longestId);
  const path = text === undefined ? route.path : route.path.replace("{id}", text);
  const type = types[route.path.split("/")[1] ?? ""];
  if (type === undefined || text === undefined) {
    return begunNote(`${route.method} ${path}`, { type: "account", id: accountId });
  }
  return begunNote(`${route.method} ${path}`, { type, id: /^\d{1,15}$/.test(text) ? Number(text) : text });
}

/** Who did it: the user for whom the token acts, or else the token. */
export function actorOf({ token, access }: Pick<Customer, "token" | "access">): AuditActor {
  if (access === undefined) return { id: token.id, type: "api_token", name: token.name };
  return { id: access.specifierId, type: "user", name: access.name || access.email };
}
