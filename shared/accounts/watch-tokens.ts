import type { Clock } from "../platform/clock.ts";
import { failureOf } from "../platform/failure.ts";
import { logger } from "../platform/observability.ts";
import { outlookOf, wordsOf } from "./token-notices.ts";
import type { TokenId } from "./token-table-store.ts";
import type { TokenWatchStore } from "./token-watch-store.ts";

export interface WatchTokensDeps {
  readonly tokens: TokenWatchStore;
  /** Writes to the account's owner. */
  readonly owner: {
    write(accountId: number, words: { readonly subject: string; readonly text: string }): Promise<void>;
  };
  readonly clock: Clock;
}

/** What remains is due with the next round. */
const mostInOneRound = 500;

/**
 * Tells owners of tokens that end, and forgets those whose time on the list is over. Each notice is sent once;
 * cut off between sending and noting it, a second time, never not at all.
 *
 * @returns how many tokens were due, and how many of them failed; these are due again some minutes later
 */
export async function watchTokens(deps: WatchTokensDeps): Promise<{ looked: number; failed: number }> {
  const due = await deps.tokens.due(mostInOneRound);
  let failed = 0;
  for (const id of due) {
    try {
      await look(deps, id);
    } catch (error) {
      failed += 1;
      logger.error("a token could not be looked at", { ...id, failure: failureOf(error) });
    }
  }
  return { looked: due.length, failed };
}

async function look({ tokens, owner, clock }: WatchTokensDeps, id: TokenId): Promise<void> {
  const token = await tokens.claim(id);
  if (token === undefined) return;
  const now = clock.now();
  const { tell, forget } = outlookOf(token, now);
  if (tell !== undefined) await owner.write(token.accountId, wordsOf(token, now));
  await (forget ? tokens.forget(token) : tokens.noteTold(token));
}
