import type { Clock } from "../platform/clock.ts";
import type { DkimKeyClient } from "./dkim-key-client.ts";
import type { DomainStore } from "./domain-store.ts";
import { rotationStep } from "./key-rotation.ts";
import type { KeyZoneClient } from "./key-zone-client.ts";
import type { DkimKey, SendingDomain } from "./sending-domain.ts";
import type { SesIdentityClient } from "./ses-identity-client.ts";

export interface RotateKeysDeps {
  readonly domains: DomainStore;
  readonly dkimKeys: DkimKeyClient;
  readonly keyZone: KeyZoneClient;
  readonly sesIdentities: SesIdentityClient;
  readonly clock: Clock;
}

/** Does what the rotation of a domain's keys asks for now. Cut off anywhere, the same call again completes it. */
export async function rotateKeys(deps: RotateKeysDeps, domain: SendingDomain): Promise<SendingDomain> {
  const [signing, other] = domain.dkimKeys;
  const step = rotationStep(domain, deps.clock.now());
  if (step === undefined || signing === undefined || other === undefined) return domain;
  return step === "switch"
    ? switchKeys(deps, domain, [other, signing])
    : renewKey(deps, domain, signing, other);
}

/** Amazon SES first: until the row says so too, either key is fine, and both are published. */
async function switchKeys(
  { domains, sesIdentities, clock }: RotateKeysDeps,
  domain: SendingDomain,
  dkimKeys: DkimKey[],
): Promise<SendingDomain> {
  await sesIdentities.sign({ ...domain, dkimKeys });
  return domains.change(domain, { dkimKeys, keySwitchedAt: clock.now() });
}

/** The key that is replaced signs no more; the new one is published before anybody can sign with it. */
async function renewKey(
  { domains, dkimKeys, keyZone, clock }: RotateKeysDeps,
  domain: SendingDomain,
  signing: DkimKey,
  other: DkimKey,
): Promise<SendingDomain> {
  const fresh = await dkimKeys.create(domain, other.selector);
  await keyZone.publish({ id: domain.id, dkimKeys: [fresh] });
  return domains.change(domain, { dkimKeys: [signing, fresh], keyRenewedAt: clock.now() });
}
