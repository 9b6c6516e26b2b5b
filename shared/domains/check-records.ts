import { getDomain } from "tldts";
import type { DnsClient, Lookup } from "../platform/dns-client.ts";
import { dmarcVerdict } from "./dmarc.ts";
import { type DomainRecord, recordsOf } from "./domain-records.ts";
import type { CheckedRecord, DnsCheck, SendingDomain } from "./sending-domain.ts";
import { spfAllows } from "./spf.ts";

export interface CheckRecordsDeps {
  readonly dns: DnsClient;
  readonly mailHost: string;
}

type Records = DnsCheck["records"];

/** Longer chains of aliases resolvers do not follow, either. */
const longestChain = 8;
/** What a name server answers may be 64 KB, and is kept in the domain's row. */
const mostShown = 10;
const longestShown = 1_000;

/**
 * Looks at a domain's records in the DNS and judges them by what they mean to who receives mail, not by
 * their text: an alias may take a detour or be flattened to what stands behind it, a policy of the owner's own is fine.
 */
export async function checkRecords(deps: CheckRecordsDeps, domain: SendingDomain): Promise<Records> {
  const checked = await Promise.all(
    recordsOf(domain, deps.mailHost).map(
      async (record) => [record.key, clipped(await checkRecord(deps.dns, domain, record))] as const,
    ),
  );
  return Object.fromEntries(checked) as Records;
}

function clipped({ status, found }: CheckedRecord): CheckedRecord {
  return { status, found: found.slice(0, mostShown).map((value) => value.slice(0, longestShown)) };
}

function checkRecord(dns: DnsClient, domain: SendingDomain, record: DomainRecord): Promise<CheckedRecord> {
  switch (record.key) {
    case "verification":
      return checkReturnPath(dns, record);
    case "dkim1":
    case "dkim2":
      return checkKey(dns, domain, record);
    case "dmarc":
      return checkPolicy(dns, domain, record);
    case "link_verification":
      return checkAddress(dns, record);
  }
}

/** The return path must take bounces and let our servers send; behind the alias both are the operator's. */
async function checkReturnPath(dns: DnsClient, record: DomainRecord): Promise<CheckedRecord> {
  const [alias, spf, wantedSpf, mx, wantedMx] = await Promise.all([
    findAlias(dns, record),
    dns.txt(record.domain),
    dns.txt(record.value),
    dns.mx(record.domain),
    dns.mx(record.value),
  ]);
  const found = seen(alias.found, valuesOf(spf));
  const sends = spfAllows(valuesOf(spf), valuesOf(wantedSpf));
  const bounces = isSame(hostsOf(mx), hostsOf(wantedMx));
  if (sends && (alias.leads || bounces)) return { status: "pass", found };
  if (isUnknown(alias.lookup, spf, wantedSpf)) return { status: "network_error", found };
  if (alias.leads || sends) return { status: "softfail", found };
  return { status: found.length > 0 ? "fail" : "missing", found };
}

/** A key passes if receivers find the one that we sign with, however they come to it. */
async function checkKey(dns: DnsClient, domain: SendingDomain, record: DomainRecord): Promise<CheckedRecord> {
  const selector = record.name.split(".")[0];
  const key = domain.dkimKeys.find((candidate) => candidate.selector === selector);
  const [alias, texts] = await Promise.all([findAlias(dns, record), dns.txt(record.domain)]);
  const found = seen(alias.found, valuesOf(texts));
  // A new key takes its time through the DNS; the alias is what the owner has to do, and it stands.
  if (alias.leads) return { status: "pass", found };
  if (key && valuesOf(texts).some((text) => publicKeyIn(text) === key.publicKey))
    return { status: "pass", found };
  if (isUnknown(alias.lookup, texts)) return { status: "network_error", found };
  return { status: found.length > 0 ? "fail" : "missing", found };
}

/** A subdomain without a policy of its own has its organizational domain's (RFC 7489 §6.6.3). */
async function checkPolicy(
  dns: DnsClient,
  { name }: SendingDomain,
  record: DomainRecord,
): Promise<CheckedRecord> {
  const own = await dns.txt(record.domain);
  const verdict = dmarcVerdict(valuesOf(own));
  if (verdict !== "missing") return { status: verdict, found: [...valuesOf(own)] };
  const organization = getDomain(name);
  const above = organization && organization !== name ? await dns.txt(`_dmarc.${organization}`) : undefined;
  if (above && dmarcVerdict(valuesOf(above)) === "pass")
    return { status: "pass", found: [...valuesOf(above)] };
  const unknown = isUnknown(own, ...(above ? [above] : []));
  return { status: unknown ? "network_error" : "missing", found: [...valuesOf(own)] };
}

/** A tracking host passes if it is where the operator's is. */
async function checkAddress(dns: DnsClient, record: DomainRecord): Promise<CheckedRecord> {
  const alias = await findAlias(dns, record);
  if (alias.leads) return { status: "pass", found: alias.found };
  const [here, there] = await Promise.all([dns.addresses(record.domain), dns.addresses(record.value)]);
  const found = seen(alias.found, valuesOf(here));
  if (isSame(valuesOf(here), valuesOf(there))) return { status: "pass", found };
  if (isUnknown(alias.lookup, here)) return { status: "network_error", found };
  return { status: found.length > 0 ? "fail" : "missing", found };
}

/** Follows a name's aliases; `leads` if they come to where the record should. */
async function findAlias(dns: DnsClient, { domain, value }: DomainRecord) {
  const found: string[] = [];
  let lookup = await dns.cname(domain);
  while (lookup.outcome === "found" && found.length < longestChain) {
    const next = nameOf(lookup.values[0] ?? "");
    found.push(next);
    if (next === nameOf(value)) return { leads: true, lookup, found };
    lookup = await dns.cname(next);
  }
  return { leads: false, lookup, found };
}

/** The `p=` of a DKIM key record (RFC 6376 §3.6.1). */
function publicKeyIn(text: string): string | undefined {
  return /(?:^|;)\s*p\s*=\s*([^;]*)/.exec(text)?.[1]?.replaceAll(/\s/g, "");
}

function valuesOf<Value>(lookup: Lookup<Value>): readonly Value[] {
  return lookup.outcome === "found" ? lookup.values : [];
}

function hostsOf(lookup: Lookup<{ exchange: string }>): readonly string[] {
  return valuesOf(lookup).map(({ exchange }) => nameOf(exchange));
}

function isUnknown(...lookups: readonly Lookup<unknown>[]): boolean {
  return lookups.some(({ outcome }) => outcome === "unknown");
}

function isSame(these: readonly string[], those: readonly string[]): boolean {
  const [here, there] = [new Set(these), new Set(those)];
  return here.size > 0 && here.size === there.size && these.every((value) => there.has(value));
}

/** What the owner is shown: the aliases, or what stands in place of one. */
function seen(aliases: readonly string[], values: readonly string[]): string[] {
  return aliases.length > 0 ? [...aliases] : [...values];
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}
