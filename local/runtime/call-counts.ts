import type { AwsCall } from "./aws-call.ts";

/** Calls of one kind, and the units that AWS bills for them. */
export interface CallCount {
  count: number;
  /** SQS: requests of 64 KiB. DynamoDB: capacity units, while they are counted. Otherwise 0. */
  units: number;
}

/** Counts by call name, such as `sqs:SendMessage`. */
export type CallCounts = Map<string, CallCount>;

export function addCount(counts: CallCounts, name: string, { count, units }: CallCount): void {
  const known = counts.get(name);
  if (known) {
    known.count += count;
    known.units += units;
  } else {
    counts.set(name, { count, units });
  }
}

const requestUnitBytes = 64 * 1024;

/** SQS bills each started 64 KiB of a call's payload as a request. */
export function queueRequestUnits(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / requestUnitBytes));
}

/** The units that can be told from the request alone. */
export function requestUnits({ service, input }: AwsCall): number {
  if (service !== "sqs") return 0;
  const { MessageBody, Entries } = input as { MessageBody?: string; Entries?: { MessageBody?: string }[] };
  const bodies = Entries ? Entries.map((entry) => entry.MessageBody ?? "") : [MessageBody ?? ""];
  return queueRequestUnits(bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0));
}

/** The capacity units that a DynamoDB answer reports. */
export function consumedUnits(output: unknown): number {
  const { ConsumedCapacity: consumed } = Object(output) as { ConsumedCapacity?: unknown };
  const tables = Array.isArray(consumed) ? consumed : [consumed];
  return tables.reduce<number>((sum, table) => sum + (Number(Object(table).CapacityUnits) || 0), 0);
}
