import { system } from "../accounts/audit.ts";
import { allGone, asTimePasses, type StandingChange, told } from "../accounts/standing.ts";
import type { StandingStore } from "../accounts/standing-store.ts";
import type { Owner } from "../platform/notice.ts";
import { type LetGo, type LetGoDeps, letGo } from "./let-go.ts";

export interface LookAfterDeps extends LetGoDeps {
  readonly standings: StandingStore;
  readonly owner: Owner;
}

const nothing: LetGo = { messages: 0, failed: 0, isAll: true };

/**
 * Does what an account's standing asks for: reminds who leaves a suspension unanswered, and bans him in the end; lets go
 * what is held of mail that no suspension holds any more; and tells the owner what is new. Each may be cut off, and is then done by the
 * next look.
 *
 * @param until epoch ms from which no more mail is let go; the next look goes on
 * @returns what was let go
 */
export async function lookAfter(deps: LookAfterDeps, accountId: number, until: number): Promise<LetGo> {
  const change = async (one: StandingChange) => (await deps.standings.change(accountId, one, system)).account;
  let account = await change(asTimePasses);
  let gone = nothing;
  const letGoAt = account.standing?.letGoAt;
  if (letGoAt !== undefined) {
    gone = await letGo(deps, accountId, until);
    if (gone.isAll) account = await change(allGone(letGoAt));
  }
  const news = account.standing?.news ?? [];
  for (const one of news) await deps.owner.tell(accountId, one);
  if (news.length > 0) account = await change(told(news.map(({ changeId }) => changeId)));
  await deps.standings.postpone(account);
  return gone;
}
