import type { Stream } from "../contracts/streams.ts";
import type { AddressMarks, Scope, SuppressionType } from "./suppression.ts";

/** What a list knows of one address, so that a worker need not read the list's rows. */
export interface AddressRecord {
  readonly suppressions: readonly SuppressionEntry[];
  readonly optOuts: readonly OptOutEntry[];
  /** Epoch ms at which a scope was last reactivated: what happened before suppresses it no more. */
  readonly reactivated: Readonly<Record<string, number>>;
}

export interface SuppressionEntry extends Scope {
  readonly id: string;
  readonly type: SuppressionType;
}

export interface OptOutEntry {
  readonly id: string;
  readonly domainId: number;
}

export const unknownAddress: AddressRecord = { suppressions: [], optOuts: [], reactivated: {} };

/** The form in which an address is kept and compared: providers that tell case apart are unknown today. */
export function addressName(email: string): string {
  return email.toLowerCase();
}

/** What mail from one domain in one stream has to respect. */
export function marksIn(record: AddressRecord, mail: { domainId: number; stream: Stream }): AddressMarks {
  const entry = record.suppressions.find((scope) => covers(scope, mail));
  return {
    ...(entry !== undefined && { suppressed: { type: entry.type } }),
    optedOut: record.optOuts.some(({ domainId }) => domainId === mail.domainId),
  };
}

function covers(scope: Scope, { domainId, stream }: Scope): boolean {
  return (
    (scope.domainId === null || scope.domainId === domainId) &&
    (scope.stream === "any" || scope.stream === stream)
  );
}

/** An address has one entry for each scope: the reason that came first stays. */
export function entryOf(record: AddressRecord, { domainId, stream }: Scope): SuppressionEntry | undefined {
  return record.suppressions.find((entry) => entry.domainId === domainId && entry.stream === stream);
}

export function withSuppression(record: AddressRecord, entry: SuppressionEntry): AddressRecord {
  return { ...record, suppressions: [...record.suppressions, entry] };
}

/** Without an entry, and with a note of when it went. */
export function reactivatedAt(record: AddressRecord, id: string, now: number): AddressRecord {
  const gone = record.suppressions.find((entry) => entry.id === id);
  if (gone === undefined) return record;
  return {
    ...record,
    suppressions: record.suppressions.filter((entry) => entry !== gone),
    reactivated: { ...record.reactivated, [scopeName(gone)]: now },
  };
}

/** Whether a scope was reactivated, by itself or with a wider one, when or after something happened. */
export function isReactivatedSince(record: AddressRecord, scope: Scope, happenedAt: number): boolean {
  const wider: Scope[] = [
    scope,
    { ...scope, stream: "any" },
    { ...scope, domainId: null },
    { domainId: null, stream: "any" },
  ];
  return wider.some((each) => (record.reactivated[scopeName(each)] ?? -1) >= happenedAt);
}

function scopeName({ domainId, stream }: Scope): string {
  return `${domainId ?? "*"}#${stream}`;
}

export function optOutOf(record: AddressRecord, domainId: number): OptOutEntry | undefined {
  return record.optOuts.find((entry) => entry.domainId === domainId);
}

export function withOptOut(record: AddressRecord, entry: OptOutEntry): AddressRecord {
  return { ...record, optOuts: [...record.optOuts, entry] };
}

export function withoutOptOut(record: AddressRecord, id: string): AddressRecord {
  return { ...record, optOuts: record.optOuts.filter((entry) => entry.id !== id) };
}

/** True for a record that only remembers that something was reactivated, and can go some day. */
export function isForgettable({ suppressions, optOuts }: AddressRecord): boolean {
  return suppressions.length === 0 && optOuts.length === 0;
}
