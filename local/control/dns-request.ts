import * as z from "zod";
import type { LocalDns } from "../engines/dns/dns.ts";
import type { DnsRecords } from "../engines/dns/dns-records.ts";
import { dnsRecordSchema, recordTypes } from "../engines/dns/record.ts";

const name = z.string().min(1).max(255);

/**
 * `records`: put in the place of what their names have of their types. A record may have its full name in
 * `domain`, as the records in a domain's description have, so that these can be posted as they are.
 */
export const dnsRequestSchema = z
  .strictObject({
    records: z
      .array(
        z.preprocess(
          (given) => ({ ...Object(given), name: Object(given).domain ?? Object(given).name }),
          dnsRecordSchema,
        ),
      )
      .default([]),
    remove: z.array(z.object({ name, type: z.enum(recordTypes).optional() })).default([]),
    /** By name, for it and all below: its server is silent, cannot answer, or is well again. */
    faults: z.record(name, z.enum(["silent", "servfail"]).nullable()).default({}),
  })
  .prefault({});

export type DnsRequest = z.output<typeof dnsRequestSchema>;

export async function changeDns(dns: DnsRecords, { records, remove, faults }: DnsRequest): Promise<void> {
  for (const { name, type } of remove) await dns.remove(name, type);
  if (records.length > 0) await dns.set(records);
  for (const [name, fault] of Object.entries(faults)) {
    if (fault === null) dns.faults.delete(name.toLowerCase());
    else dns.faults.set(name.toLowerCase(), fault);
  }
}

/** `server`: where other programs may ask, as `dig -p <port> @<address>`. */
export function dnsState({ address, records }: LocalDns): object {
  return { server: address, records: records.all(), faults: Object.fromEntries(records.faults) };
}
