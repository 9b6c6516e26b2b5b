import * as z from "zod";

export const recordTypes = ["A", "AAAA", "CNAME", "MX", "TXT"] as const;
export type RecordType = (typeof recordTypes)[number];

/** A record as people write it; `10 mx.example.com` for an MX. */
export const dnsRecordSchema = z.object({
  name: z.string().min(1).max(255).transform(asName),
  type: z.enum(recordTypes),
  value: z.string().min(1).max(4_096),
});

export type DnsRecord = z.infer<typeof dnsRecordSchema>;

/** Lower case, without the root's dot. */
export function asName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
