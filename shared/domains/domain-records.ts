import type { RecordKey, SendingDomain } from "./sending-domain.ts";

/** A DNS record that the owner of a domain sets. */
export interface DomainRecord {
  readonly key: RecordKey;
  /** The full name. */
  readonly domain: string;
  /** The name under the domain, as most DNS providers ask for it. */
  readonly name: string;
  readonly type: "CNAME" | "TXT";
  readonly value: string;
}

type NamedDomain = Pick<SendingDomain, "id" | "name" | "returnPathLabel">;

/**
 * The five records of a domain. All but the policy are aliases of names in the operator's zone: what stands
 * there (SPF, keys, tracking host) can change without the domain's owner.
 *
 * @param mailHost the operator's own domain
 */
export function recordsOf(domain: NamedDomain, mailHost: string): readonly DomainRecord[] {
  const alias = (key: RecordKey, name: string, value: string): DomainRecord => ({
    ...{ key, name, type: "CNAME", value },
    domain: `${name}.${domain.name}`,
  });
  return [
    alias("verification", domain.returnPathLabel, returnPathHost(mailHost)),
    alias("dkim1", "rwmt1._domainkey", keyHost(domain, "rwmt1", mailHost)),
    alias("dkim2", "rwmt2._domainkey", keyHost(domain, "rwmt2", mailHost)),
    {
      ...{ key: "dmarc", name: "_dmarc", type: "TXT", value: dmarcPolicy(mailHost) },
      domain: `_dmarc.${domain.name}`,
    },
    alias("link_verification", "mt-link", `t.${mailHost}`),
  ];
}

/** Where all return paths lead: it takes bounces (MX) and says from where mail may come (SPF). */
function returnPathHost(mailHost: string): string {
  return `smtp.${mailHost}`;
}

/**
 * Where the public part of a domain's key is published, in the operator's zone. The domain's id is in it: two
 * domains never share a key.
 */
export function keyHost({ id }: Pick<SendingDomain, "id">, selector: string, mailHost: string): string {
  return `${selector}.${id}.dkim.${returnPathHost(mailHost)}`;
}

/** A policy that asks for nothing but reports: what a domain should ask for, its owner knows better. */
function dmarcPolicy(mailHost: string): string {
  const reports = `mailto:dmarc@${returnPathHost(mailHost)}`;
  return `v=DMARC1; p=none; rua=${reports}; ruf=${reports}; rf=afrf; pct=100`;
}
