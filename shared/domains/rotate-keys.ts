import { auditEntry, system } from "../accounts/audit.ts";
import type { Clock } from "../platform/clock.ts";
import { noteOfRotation } from "./audit-notes.ts";
import type { DkimKeyClient } from "./dkim-key-client.ts";
import type { DomainStore } from "./domain-store.ts";
import { type RotationStep, rotationStep } from "./key-rotation.ts";
import type { KeyZoneClient } from "./key-zone-client.ts";
import type { DkimKey, SendingDomain } from "./sending-domain.ts";
import type { SesIdentityClient } from "./ses-identity-client.ts";
import { settleIdentity } from "./settle-identity.ts";

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
  deps: RotateKeysDeps,
  domain: SendingDomain,
  dkimKeys: DkimKey[],
): Promise<SendingDomain> {
  await deps.sesIdentities.sign({ ...domain, dkimKeys });
  return take(deps, domain, "switch", { dkimKeys, keySwitchedAt: deps.clock.now() });
}

/** The key that is replaced signs no more; the new one is published before anybody can sign with it. */
async function renewKey(
  deps: RotateKeysDeps,
  domain: SendingDomain,
  signing: DkimKey,
  other: DkimKey,
): Promise<SendingDomain> {
  const fresh = await deps.dkimKeys.create(domain, other.selector);
  await deps.keyZone.publish({ id: domain.id, dkimKeys: [fresh] });
  return take(deps, domain, "renew", { dkimKeys: [signing, fresh], keyRenewedAt: deps.clock.now() });
}

/** Takes a step, and notes it; where another look has taken it meanwhile, its keys are those that count. */
async function take(
  deps: RotateKeysDeps,
  domain: SendingDomain,
  step: RotationStep,
  change: Pick<SendingDomain, "dkimKeys" | "keySwitchedAt" | "keyRenewedAt">,
): Promise<SendingDomain> {
  const { domains, keyZone, clock } = deps;
  const entry = auditEntry(system, noteOfRotation(domain, step, change.dkimKeys), clock.now());
  const { id, keySwitchedAt, keyRenewedAt } = domain;
  const terms = { asRead: { id, keySwitchedAt, keyRenewedAt }, audit: entry };
  const changed = await domains.changeIfAsRead(domain, change, terms);
  if (changed !== undefined) return changed;
  const others = await domains.get(domain.accountId, id);
  if (others) await keyZone.publish(others);
  else await settleIdentity(deps, domain.name);
  return others ?? domain;
}
