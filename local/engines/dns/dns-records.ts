import * as z from "zod";
import { stateFile } from "../aws/state-file.ts";
import { defaultRecords } from "./default-records.ts";

export const recordTypes = ["A", "AAAA", "CNAME", "MX", "TXT"] as const;
export type RecordType = (typeof recordTypes)[number];

/** A record as people write it; `10 mx.example.com` for an MX. */
export const dnsRecordSchema = z.object({
  name: z.string().min(1).max(255).transform(asName),
  type: z.enum(recordTypes),
  value: z.string().min(1).max(4_096),
});

export type DnsRecord = z.infer<typeof dnsRecordSchema>;

/** How a name's server fails: it never answers, or it answers that it cannot. */
export type DnsFault = "silent" | "servfail";

export interface DnsRecords {
  all(): DnsRecord[];
  /** The records of a name, of every type. */
  of(name: string): DnsRecord[];
  /** Puts these in the place of what their names have of their types. */
  set(records: readonly DnsRecord[]): Promise<void>;
  /** Forgets what a name has, of one type or of all. */
  remove(name: string, type?: RecordType): Promise<void>;
  /** As at the first start. */
  reset(): Promise<void>;
  /** By name; the names below it fail with it. */
  readonly faults: Map<string, DnsFault>;
}

/** All the records of the local world, kept over restarts where there is a directory. */
export function dnsRecords(dir: string | undefined): DnsRecords {
  const { values, save } = stateFile<DnsRecord[]>(dir, "dns-records.json");
  const fill = () => {
    for (const record of defaultRecords)
      values.set(record.name, [...(values.get(record.name) ?? []), record]);
  };
  if (values.size === 0) fill();
  return {
    faults: new Map(),
    all: () => [...values.values()].flat(),
    of: (name) => values.get(asName(name)) ?? [],
    async set(records) {
      for (const [name, wanted] of Map.groupBy(records, (record) => record.name)) {
        const replaced = new Set(wanted.map(({ type }) => type));
        const others = (values.get(name) ?? []).filter(({ type }) => !replaced.has(type));
        values.set(name, [...others, ...wanted]);
      }
      await save();
    },
    async remove(name, type) {
      const others = (values.get(asName(name)) ?? []).filter((record) => type && record.type !== type);
      if (others.length > 0) values.set(asName(name), others);
      else values.delete(asName(name));
      await save();
    },
    async reset() {
      values.clear();
      fill();
      await save();
    },
  };
}

/** Lower case, without the root's dot. */
export function asName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
