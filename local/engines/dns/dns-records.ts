import { stateFile } from "../aws/state-file.ts";
import { defaultRecords } from "./default-records.ts";
import { asName, type DnsRecord, type RecordType } from "./record.ts";

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
