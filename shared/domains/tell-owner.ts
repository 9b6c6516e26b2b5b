import type { DomainStore } from "./domain-store.ts";
import { type Notice, noticeOf, stateToTell } from "./notices.ts";
import type { SendingDomain } from "./sending-domain.ts";

export interface TellOwnerDeps {
  readonly domains: DomainStore;
  /** Writes to the account's owner. */
  readonly owner: { write(accountId: number, notice: Notice): Promise<void> };
}

/**
 * Tells the owner of a domain in which state it is, once for each state. Cut off in between, he may hear of it
 * twice, never not at all: the next look at the domain tells him.
 */
export async function tellOwner(
  { domains, owner }: TellOwnerDeps,
  domain: SendingDomain,
): Promise<SendingDomain> {
  const toldState = stateToTell(domain);
  if (toldState === (domain.toldState ?? toldState)) return domain;
  const notice = noticeOf(domain);
  if (notice) await owner.write(domain.accountId, notice);
  return (await domains.changeIfStill(domain, { toldState })) ?? domain;
}
