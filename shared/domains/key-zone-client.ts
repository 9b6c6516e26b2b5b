import { ChangeResourceRecordSetsCommand, type Route53Client } from "@aws-sdk/client-route-53";
import { keyHost } from "./domain-records.ts";
import type { DkimKey, SendingDomain } from "./sending-domain.ts";

/** Seconds; what is published anew is everywhere after this time. */
const ttl = 300;
/** A string of a TXT record is at most so long (RFC 1035 §3.3). */
const longestString = 255;

type KeyHolder = Pick<SendingDomain, "id"> & {
  readonly dkimKeys: readonly Pick<DkimKey, "selector" | "publicKey">[];
};

export type KeyZoneClient = ReturnType<typeof keyZoneClient>;

/**
 * The operator's zone in Route 53, where the public parts of domains' keys stand behind the aliases that the
 * owners set.
 */
export function keyZoneClient({
  route53,
  zoneId,
  mailHost,
}: {
  route53: Route53Client;
  /** Without a zone nothing is published: the operator keeps the zone elsewhere, and sees to it. */
  zoneId: string | undefined;
  mailHost: string;
}) {
  async function change(action: "UPSERT" | "DELETE", domain: KeyHolder): Promise<void> {
    if (zoneId === undefined || domain.dkimKeys.length === 0) return;
    const changes = domain.dkimKeys.map((key) => ({
      Action: action,
      ResourceRecordSet: {
        ...{ Name: keyHost(domain, key.selector, mailHost), Type: "TXT" as const, TTL: ttl },
        ResourceRecords: [{ Value: keyRecord(key) }],
      },
    }));
    await route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes: changes } }),
    );
  }

  return {
    /** Publishes the keys that the domain has; again does no harm. */
    publish: (domain: KeyHolder) => change("UPSERT", domain),

    /** Takes the keys back; again does no harm. */
    async withdraw(domain: KeyHolder): Promise<void> {
      try {
        await change("DELETE", domain);
      } catch (error) {
        // Route 53 says so of records that are not there.
        if (Object(error).name !== "InvalidChangeBatch") throw error;
      }
    },
  };
}

/** RFC 6376 §3.6.1, as the strings that Route 53 takes. */
function keyRecord({ publicKey }: Pick<DkimKey, "publicKey">): string {
  const text = `v=DKIM1; k=rsa; p=${publicKey}`;
  const strings = text.match(new RegExp(`.{1,${longestString}}`, "g")) ?? [];
  return strings.map((part) => `"${part}"`).join(" ");
}
