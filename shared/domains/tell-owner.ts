import type { Owner } from "../platform/notice.ts";
import type { DomainStore } from "./domain-store.ts";
import { newsOf, stateToTell } from "./notices.ts";
import type { SendingDomain } from "./sending-domain.ts";

export interface TellOwnerDeps {
  readonly domains: DomainStore;
  readonly owner: Owner;
}

/**
 * Tells the owner of a domain in which state it is, once for each state. Cut off in between, the next look at
 * the domain tells him; that is the same news then, and told once.
 */
export async function tellOwner(
  { domains, owner }: TellOwnerDeps,
  domain: SendingDomain,
): Promise<SendingDomain> {
  const toldState = stateToTell(domain);
  if (toldState === (domain.toldState ?? toldState)) return domain;
  const news = newsOf(domain);
  if (news) await owner.tell(domain.accountId, news);
  const told = { toldState, toldTimes: (domain.toldTimes ?? 0) + 1 };
  return (await domains.changeIfStill(domain, told)) ?? domain;
}
