import type { Clock } from "../platform/clock.ts";
import { eachAlone } from "../platform/each-alone.ts";
import { derivedIdAt } from "../platform/ids.ts";
import type { Owner } from "../platform/notice.ts";
import { auditEntry, auditNote, system } from "./audit.ts";
import type { AuditStore } from "./audit-store.ts";
import type { Token } from "./token.ts";
import { newsOfToken, outlookOf } from "./token-notices.ts";
import { forgottenAt } from "./token-rules.ts";
import type { TokenId } from "./token-table-store.ts";
import type { TokenWatchStore } from "./token-watch-store.ts";

export interface WatchTokensDeps {
  readonly tokens: TokenWatchStore;
  readonly owner: Owner;
  readonly audits: Pick<AuditStore, "note">;
  readonly clock: Clock;
}

/** What remains is due with the next round. */
const mostInOneRound = 500;

/**
 * Tells owners of tokens that end, once at each stage, notes their end, and forgets those whose time on the list is over.
 *
 * @returns how many tokens were due, and how many of them failed; these are due again some minutes later
 */
export async function watchTokens(deps: WatchTokensDeps): Promise<{ looked: number; failed: number }> {
  const due = await deps.tokens.due(mostInOneRound);
  const trouble = { text: "a token could not be looked at", naming: (id: TokenId) => id };
  const failed = await eachAlone(due, trouble, (id) => look(deps, id));
  return { looked: due.length, failed: failed.length };
}

async function look({ tokens, owner, audits, clock }: WatchTokensDeps, id: TokenId): Promise<void> {
  const token = await tokens.claim(id);
  if (token === undefined) return;
  const now = clock.now();
  const { tell, endedAt, forget } = outlookOf(token, now);
  if (tell !== undefined) await owner.tell(token.accountId, newsOfToken(token, tell, now));
  if (endedAt !== undefined) await note(audits, token, "expired", endedAt);
  if (!forget) return await tokens.noteTold(token);
  await note(audits, token, "deleted", forgottenAt(token) ?? now);
  await tokens.forget(token);
}

/** Once, though the look is repeated: what happened at its time has its id from it. */
async function note(
  audits: WatchTokensDeps["audits"],
  { accountId, id, name, expiresAt }: Token,
  verb: "expired" | "deleted",
  at: number,
): Promise<void> {
  const before = { name, expires_at: expiresAt && new Date(expiresAt).toISOString() };
  const change = verb === "deleted" ? { before } : {};
  const what = auditNote({ type: "api_token", verb, id, name, ...change });
  const entryId = derivedIdAt(at, "api_token", verb, accountId, id);
  await audits.note(accountId, auditEntry(system, what, at, entryId));
}
