import type { DomainStore } from "./domain-store.ts";
import type { SendingDomain } from "./sending-domain.ts";
import type { SesIdentityClient } from "./ses-identity-client.ts";

export interface SettleIdentityDeps {
  readonly domains: Pick<DomainStore, "holder">;
  readonly sesIdentities: Pick<SesIdentityClient, "create" | "remove">;
}

const mostTries = 5;

/**
 * Makes Amazon SES know a name as the table does: for whoever has it now, or not at all. For those who told SES
 * something and then found that the domain had changed hands meanwhile.
 */
export async function settleIdentity(
  { domains, sesIdentities }: SettleIdentityDeps,
  name: string,
): Promise<void> {
  let known = await domains.holder(name);
  for (let tries = 0; tries < mostTries; tries++) {
    await (known ? sesIdentities.create(known) : sesIdentities.remove({ name }));
    const holder = await domains.holder(name);
    if (signatureOf(holder) === signatureOf(known)) return;
    known = holder;
  }
  throw new Error("a domain changes hands all the time");
}

/** What SES knows of a domain. */
function signatureOf(domain: SendingDomain | undefined): string | undefined {
  return domain && `${domain.returnPathLabel} ${domain.dkimKeys[0]?.publicKey}`;
}
