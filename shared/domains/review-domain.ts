import { getDomain } from "tldts";
import type { DnsClient } from "../platform/dns-client.ts";
import type { CompanyInfo } from "./company-info.ts";
import { reasonsAgainst } from "./review.ts";
import type { SendingDomain } from "./sending-domain.ts";
import type { WebsiteClient } from "./website-client.ts";

export interface ReviewDomainDeps {
  readonly dns: DnsClient;
  readonly website: WebsiteClient;
}

/**
 * Reviews a domain without a person.
 *
 * @returns why it may not send without a person's look, none if it may; undefined while the DNS does not answer
 */
export async function reviewDomain(
  { dns, website }: ReviewDomainDeps,
  { name }: SendingDomain,
  company: CompanyInfo | undefined,
): Promise<string[] | undefined> {
  const resolves = await resolvesAnywhere(dns, [...new Set([name, getDomain(name) ?? name])]);
  if (resolves === undefined) return undefined;
  const websiteAnswers = company === undefined || (await website.answers(company.websiteUrl));
  return reasonsAgainst({ name, resolves, hasCompanyInfo: company !== undefined, websiteAnswers });
}

async function resolvesAnywhere(dns: DnsClient, names: readonly string[]): Promise<boolean | undefined> {
  const found = await Promise.all(names.flatMap((name) => [dns.addresses(name), dns.mx(name)]));
  if (found.some(({ outcome }) => outcome === "found")) return true;
  return found.some(({ outcome }) => outcome === "unknown") ? undefined : false;
}
