import { type DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { untilFree } from "../platform/patience.ts";
import {
  isBusy,
  isInvalidWrite,
  type RefusedWrite,
  refusedTransaction,
  type TransactionWrite,
} from "../platform/refused-writes.ts";
import { besideKey, type CounterChanges, sumOf } from "./counters.ts";
import { counterWrites } from "./event-writes.ts";

export interface LogTables {
  readonly client: DynamoDBDocumentClient;
  readonly statsTable: string;
}

/** Writes on the messages' table, and what they change in the counters of their account. */
export interface LogWrite {
  readonly accountId: number;
  readonly writes: readonly TransactionWrite[];
  readonly counters: CounterChanges;
}

/** DynamoDB takes so many writes in one transaction. */
export const writesPerTransaction = 100;

/** Recorders of the same account meet at its counters, workers at its rows, for milliseconds each. */
const patience = { tries: 14, pauseMs: 20 };

/**
 * Writes all of it or nothing.
 *
 * @param startsBeside for the many: they count beside the counters from the first try on, so that they meet nobody
 * @returns undefined when it is written; else the refusals, in the order of all writes
 */
export async function writeAll(
  { client, statsTable }: LogTables,
  all: readonly LogWrite[],
  startsBeside = false,
): Promise<readonly (RefusedWrite | undefined)[] | undefined> {
  const writes = all.flatMap((one) => one.writes);
  const accounts = Map.groupBy(all, ({ accountId }) => accountId);
  const sums = [...accounts].map(
    ([accountId, its]) => [accountId, sumOf(its.map(({ counters }) => counters))] as const,
  );
  let keyFor = startsBeside ? besideKey : undefined;
  // Each try is a command of its own, with a token of its own; the SDK's repetitions keep the token, by which
  // DynamoDB recognises a transaction whose answer was lost.
  const attempt = () => {
    const counted = sums.flatMap(([accountId, sum]) => counterWrites(statsTable, accountId, sum, keyFor));
    keyFor = besideKey;
    return client.send(new TransactWriteCommand({ TransactItems: [...writes, ...counted] }));
  };
  try {
    await untilFree(attempt, isBusy, patience);
    return undefined;
  } catch (error) {
    const refusals = refusedTransaction(error);
    if (refusals === undefined) throw error;
    return refusals;
  }
}

/**
 * Writes what stands each for itself, together as far as that goes: what is refused is left out, and what DynamoDB
 * would never take fails alone.
 *
 * @param all the first write of each has the condition that may refuse it
 * @returns in the order of `all`, undefined for what is written, else its refusal
 */
export async function writeEach(
  tables: LogTables,
  all: readonly LogWrite[],
): Promise<readonly (RefusedWrite | undefined | Promise<RefusedWrite | undefined>)[]> {
  const refused = new Map<LogWrite, RefusedWrite>();
  try {
    for (let open = all; open.length > 0; open = all.filter((one) => !refused.has(one))) {
      const refusals = await writeAll(tables, open, true);
      if (refusals === undefined) break;
      for (const [one, refusal] of firstOfEach(open, refusals)) refused.set(one, refusal);
    }
    return all.map((one) => refused.get(one));
  } catch (error) {
    if (all.length === 1 || !isInvalidWrite(error)) throw error;
    return all.map(async (one) => (await writeEach(tables, [one]))[0]);
  }
}

function firstOfEach(
  all: readonly LogWrite[],
  refusals: readonly (RefusedWrite | undefined)[],
): [LogWrite, RefusedWrite][] {
  let place = 0;
  return all.flatMap((one): [LogWrite, RefusedWrite][] => {
    const refusal = refusals[place];
    place += one.writes.length;
    return refusal ? [[one, refusal]] : [];
  });
}
