import type { RecordKey, SendingDomain } from "./sending-domain.ts";

const dayMs = 86_400_000;
/** A key signs for a quarter. */
const signsForMs = 90 * dayMs;
/** Mail on its way may be checked by a key for so long after it signed last; receivers retry for five days. */
const checkedForMs = 7 * dayMs;
/** A new key is in every cache by then. */
const publishedForMs = 2 * dayMs;

export type RotationStep = "switch" | "renew";

/**
 * What rotation asks for now. Two keys take turns: the other one, published since long, becomes the one that
 * signs; a week later the one that signed is replaced, unused, by a new one for the next turn. At no moment
 * does a signature meet a key that DNS does not have.
 */
export function rotationStep(domain: SendingDomain, now: number): RotationStep | undefined {
  const { createdAt, keySwitchedAt, keyRenewedAt, dkimKeys, demo, dns } = domain;
  const other = dkimKeys[1];
  if (demo || createdAt === undefined || other === undefined || !dns || dns.verifiedAt === null)
    return undefined;
  const isRenewed =
    keySwitchedAt === undefined || (keyRenewedAt !== undefined && keyRenewedAt > keySwitchedAt);
  if (!isRenewed) return now - keySwitchedAt >= checkedForMs ? "renew" : undefined;
  const isDue = now - (keySwitchedAt ?? createdAt) >= signsForMs;
  const isPublished = now - (keyRenewedAt ?? createdAt) >= publishedForMs;
  const isSeen = dns.records[recordKeyOf(other.selector)].status === "pass";
  return isDue && isPublished && isSeen ? "switch" : undefined;
}

function recordKeyOf(selector: string): RecordKey {
  return selector === "rwmt1" ? "dkim1" : "dkim2";
}
