import { gathered } from "../platform/gathered.ts";
import type { RefusedWrite, TransactionWrite } from "../platform/refused-writes.ts";
import { counterChanges } from "./counters.ts";
import type { Deltas } from "./event-store.ts";
import { type LogTables, type LogWrite, writeAll, writeEach } from "./log-write-store.ts";
import type { MessageRow } from "./message.ts";
import { itemOf, rowOf } from "./row-store.ts";

/** What the packed log needs to hear of new rows. */
interface PackedLogSide extends Deltas {
  noteRow(accountId: number): Promise<void>;
}

export interface NewRowDeps extends LogTables {
  readonly table: string;
  readonly packedLog?: PackedLogSide | undefined;
}

/** A row that is the log's from the moment on at which it is there. */
export type NewRow = Omit<MessageRow, "logged" | "status">;

export type NewRowStore = ReturnType<typeof newRowStore>;

/** A row and what follows it, with a counter each, are three writes of a transaction's hundred. */
const mostTogether = 33;

/**
 * How messages come into the log: with their row, which a worker makes, and the counter of what is sent, in one
 * transaction. What a process has in hand at the same time goes together.
 */
export function newRowStore(deps: NewRowDeps) {
  const put = gathered<LogWrite, RefusedWrite | undefined>(mostTogether, (all) => writeEach(deps, all));

  return {
    /** Puts a row where there is none. @returns the row that was there already, else undefined */
    async put(row: NewRow): Promise<MessageRow | undefined> {
      const refusal = await put(await entryOf(deps, row, absent));
      if (refusal === undefined) return void (await deps.packedLog?.noteRow(row.accountId));
      if (refusal.item === undefined) throw new Error("DynamoDB did not tell which row is there");
      return rowOf(refusal.item);
    },

    /**
     * Puts a row in the place of a released one, together with the write that takes its unit of quota, or neither.
     *
     * @returns what refused it, if anything did
     */
    async takeBack(row: NewRow, unit: TransactionWrite): Promise<"row" | "unit" | undefined> {
      const entry = await entryOf(deps, row, released);
      const [head, ...others] = entry.writes;
      if (head === undefined) throw new Error("unreachable");
      const refusals = await writeAll(deps, [{ ...entry, writes: [head, unit, ...others] }], true);
      if (refusals !== undefined) return refusals[0] ? "row" : "unit";
      await deps.packedLog?.noteRow(row.accountId);
      return undefined;
    },
  };
}

const absent = { ConditionExpression: "attribute_not_exists(pk)" };
const released = {
  ConditionExpression: "#state = :released",
  ExpressionAttributeNames: { "#state": "state" },
  ExpressionAttributeValues: { ":released": "released" },
};

async function entryOf(
  { table, packedLog }: NewRowDeps,
  fresh: NewRow,
  condition: typeof absent | typeof released,
): Promise<LogWrite> {
  const row: MessageRow = { ...fresh, logged: true, status: "enqueued" };
  const delta = await packedLog?.deltaFor(row);
  const put = { TableName: table, Item: itemOf(row), ...condition };
  return {
    accountId: row.accountId,
    writes: [{ Put: { ...put, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } }, ...(delta ? [delta] : [])],
    counters: counterChanges({ ...row, logged: false }, row),
  };
}
