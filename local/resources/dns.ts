import type { DnsRecords } from "../engines/dns/dns-records.ts";
import { asName, type DnsRecord, dnsRecordSchema } from "../engines/dns/record.ts";
import type { Deployment } from "../template/deployment.ts";

/** Puts the template's own DNS records into the local DNS. */
export async function createDnsRecords(deployment: Deployment, dns: DnsRecords): Promise<void> {
  const records = deployment.resources("AWS::Route53::RecordSet").flatMap(({ properties }) => {
    const { Name: name, Type: type, ResourceRecords: values } = properties;
    if (!Array.isArray(values)) return [];
    return values.map((value) =>
      dnsRecordSchema.parse({
        name,
        type,
        value: type === "TXT" ? unquoted(String(value)) : asName(String(value)),
      }),
    );
  });
  await dns.set(records satisfies DnsRecord[]);
}

function unquoted(text: string): string {
  return [...text.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
}
