import type { Clock } from "../platform/clock.ts";
import { failureOf } from "../platform/failure.ts";
import type { Owner } from "../platform/notice.ts";
import { logger } from "../platform/observability.ts";
import { newsOfToken, outlookOf } from "./token-notices.ts";
import type { TokenId } from "./token-table-store.ts";
import type { TokenWatchStore } from "./token-watch-store.ts";

export interface WatchTokensDeps {
  readonly tokens: TokenWatchStore;
  readonly owner: Owner;
  readonly clock: Clock;
}

/** What remains is due with the next round. */
const mostInOneRound = 500;

/**
 * Tells owners of tokens that end, once at each stage, and forgets those whose time on the list is over.
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
  if (tell !== undefined) await owner.tell(token.accountId, newsOfToken(token, tell, now));
  await (forget ? tokens.forget(token) : tokens.noteTold(token));
}
