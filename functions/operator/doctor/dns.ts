import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { DnsClient, Lookup } from "../../../shared/platform/dns-client.ts";
import type { Installation } from "../installation.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";

export interface DnsDeps {
  readonly dns: DnsClient;
  readonly mailHost: string;
  readonly region: string;
  readonly installation: Pick<Installation, "distributions">;
}

/** A record of the operator's own zone, without which customers' mail or links fail. */
interface NeededRecord {
  readonly what: string;
  readonly name: string;
  readonly type: "MX" | "TXT" | "CNAME";
  /** As it stands in a zone file. */
  readonly value: string;
  find(): Promise<Lookup<string>>;
  /** Whether a value is as it must be. */
  fits(value: string): boolean;
}

/** The records under the mail host at which customers' domains point. */
export async function examineDns(deps: DnsDeps): Promise<Finding[]> {
  return await Promise.all(
    neededRecords(deps).map((record) => look(record.what, () => outcomeOf(record, deps.mailHost))),
  );
}

function neededRecords({ dns, mailHost, region, installation }: DnsDeps): NeededRecord[] {
  const returnPath = `smtp.${mailHost}`;
  const bounces = `feedback-smtp.${region}.amazonses.com`;
  // A question for the wildcard itself is answered by it, like any other name that it stands for.
  const reports = `*._report._dmarc.${returnPath}`;
  return [
    {
      ...{ what: "Return path: where bounces go", name: returnPath, type: "MX", value: `10 ${bounces}` },
      find: async () => exchanges(await dns.mx(returnPath)),
      fits: (value) => value === bounces,
    },
    {
      ...{ what: "Return path: who may send (SPF)", name: returnPath, type: "TXT" },
      value: "v=spf1 include:amazonses.com ~all",
      find: () => dns.txt(returnPath),
      fits: (value) => /^v=spf1\b.*\binclude:amazonses\.com\b/.test(value),
    },
    {
      ...{ what: "DMARC reports may come here", name: reports, type: "TXT", value: "v=DMARC1" },
      find: () => dns.txt(reports),
      fits: (value) => value.startsWith("v=DMARC1"),
    },
    trackingRecord(dns, mailHost, installation),
  ];
}

/** It leads to the shared host, or to CloudFront where customers' own are served. */
function trackingRecord(
  dns: DnsClient,
  mailHost: string,
  { distributions = {} }: DnsDeps["installation"],
): NeededRecord {
  const name = `t.${mailHost}`;
  const isServed = "t" in distributions;
  const value = isServed ? "<the stack's output TrackingHostsEndpoint>" : `track.${mailHost}`;
  return {
    ...{ what: "Customers' tracking hosts", name, type: "CNAME", value },
    find: () => dns.cname(name),
    fits: (found) => (isServed ? found.endsWith(".cloudfront.net") : found === value),
  };
}

function exchanges(found: Awaited<ReturnType<DnsClient["mx"]>>): Lookup<string> {
  if (found.outcome !== "found") return found;
  return { outcome: "found", values: found.values.map(({ exchange }) => exchange) };
}

async function outcomeOf(
  { name, type, value, find, fits }: NeededRecord,
  mailHost: string,
): Promise<Outcome> {
  const found = await find();
  const wanted = `${name} ${type} ${type === "TXT" ? `"${value}"` : value}`;
  switch (found.outcome) {
    case "unknown":
      return failed(
        `no name server answers for ${name} (${found.reason})`,
        `Check the NS records of ${mailHost} where its parent domain is kept: they must name the zone's servers.`,
      );
    case "absent":
      return failed(`there is no ${type} record at ${name}`, `Add the record: ${wanted}`);
    case "found": {
      if (found.values.some((one) => fits(one.toLowerCase().replace(/\.$/, "")) || fits(one))) {
        return ok(`${name} ${type} is as it must be`);
      }
      const there = found.values.join(", ");
      return failed(`the ${type} record at ${name} is ${there}`, `It must be: ${wanted}`);
    }
  }
}
