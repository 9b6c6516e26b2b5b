import type { DomainCheckStore } from "./domain-check-store.ts";
import type { DomainStore } from "./domain-store.ts";
import type { KeyZoneClient } from "./key-zone-client.ts";
import type { SendingDomain } from "./sending-domain.ts";
import { type SettleIdentityDeps, settleIdentity } from "./settle-identity.ts";

export interface RemoveDomainDeps extends SettleIdentityDeps {
  readonly domains: Pick<DomainStore, "remove" | "holder">;
}

/**
 * Takes a domain from its account: nothing can be sent from it any more, and whoever adds the name has to verify
 * it. Its history stays. Cut off in between, the same call again completes it.
 */
export async function removeDomain(deps: RemoveDomainDeps, domain: SendingDomain): Promise<void> {
  // The identity first: with the row gone, nobody would know of it. A demo domain has none of its own.
  if (!domain.demo) await deps.sesIdentities.remove(domain);
  const isRemoved = await deps.domains.remove(domain);
  // Somebody else has removed it first, and whoever added the name since has lost its identity just now.
  if (!isRemoved && !domain.demo) await settleIdentity(deps, domain.name);
}

/** Once the last mail that it signed has arrived, a deleted domain's keys are taken back. */
export async function tidyUpDeleted(
  { checks, keyZone }: { checks: DomainCheckStore; keyZone: KeyZoneClient },
  { accountId, deletedId }: { accountId: number; deletedId: number },
): Promise<void> {
  const deleted = (await checks.listDeleted(accountId)).find(({ id }) => id === deletedId);
  if (deleted === undefined) return;
  await keyZone.withdraw(deleted);
  await checks.endDeletion(deleted);
}
