import type { Clock } from "../platform/clock.ts";
import type { DnsClient } from "../platform/dns-client.ts";
import { lookupCache } from "../platform/lookup-cache.ts";

const foundMs = 3_600_000;
const unknownMs = 60_000;
const cachedDomains = 10_000;

export type MailServerClient = ReturnType<typeof mailServerClient>;

/** Which server a domain's mail goes to, as its DNS says. */
export function mailServerClient({ dns, clock }: { dns: Pick<DnsClient, "mx">; clock: Clock }) {
  const known = lookupCache<{ name: string }>({
    clock,
    foundMs,
    missingMs: unknownMs,
    max: cachedDomains,
    find: (domain) => find(dns, domain),
  });
  return {
    /** Name of the preferred server; undefined where DNS does not answer, or the domain takes no mail. */
    of: async (domain: string): Promise<string | undefined> => (await known.get(domain.toLowerCase()))?.name,
  };
}

async function find(dns: Pick<DnsClient, "mx">, domain: string): Promise<{ name: string } | undefined> {
  const answer = await dns.mx(domain);
  if (answer.outcome === "unknown") return undefined;
  // Without a record, the domain is its own mail server (RFC 5321 §5.1).
  if (answer.outcome === "absent") return { name: domain };
  const [preferred] = answer.values.toSorted((one, other) => one.priority - other.priority);
  // An empty name is the "null MX" of a domain that takes no mail (RFC 7505).
  const name = preferred?.exchange.replace(/\.$/, "").toLowerCase();
  return name ? { name } : undefined;
}
