import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../platform/clock.ts";
import { failureOf } from "../platform/failure.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { logger } from "../platform/observability.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { Deltas } from "./event-store.ts";
import { entryOf } from "./log-entry.ts";
import type { LogTable } from "./log-index-store.ts";
import { deltaKey, type PackingState, packingStateKey } from "./log-keys.ts";
import { logPackingStore } from "./log-packing-store.ts";
import type { MessageRow } from "./message.ts";

/** Far below the time between an announcement and the packing that it announces. */
const announcementKnownMs = 60_000;
const cachedAccounts = 10_000;
/** One in so many rows and deltas writes to the packer's work list, for all of them. */
const sample = 100;

export interface PackedLog extends Deltas {
  /** Tells the packer, now and then, of rows that are new in an account's log. Never fails. */
  noteRow(accountId: number): Promise<void>;
  /** Tells the packer, now and then, of the deltas that were written. Never fails. */
  noteDeltas(): Promise<void>;
}

/** What those who write rows do about messages that are packed. */
export function packedLogStore({
  client,
  table,
  clock,
  random,
}: LogTable & { clock: Clock; random: () => number }): PackedLog {
  const { nominate } = logPackingStore({ client, table });
  const states = lookupCache<Pick<PackingState, "announced">>({
    clock,
    foundMs: announcementKnownMs,
    missingMs: announcementKnownMs,
    max: cachedAccounts,
    find: async (accountId) => {
      const Key = packingStateKey(Number(accountId));
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item as PackingState | undefined;
    },
  });
  const deltas = new Map<number, number>();

  return {
    async deltaFor(after) {
      if (after.logged !== true) return undefined;
      const state = await states.get(String(after.accountId));
      if (state === undefined || after.messageId > state.announced) return undefined;
      deltas.set(after.accountId, (deltas.get(after.accountId) ?? 0) + 1);
      return deltaWrite(table, after);
    },

    noteRow: (accountId) => tellOfSome(accountId, "rows", 1),

    async noteDeltas() {
      const written = [...deltas];
      deltas.clear();
      for (const [accountId, count] of written) await tellOfSome(accountId, "deltas", count);
    },
  };

  async function tellOfSome(accountId: number, what: "rows" | "deltas", count: number): Promise<void> {
    const chance = Math.min(1, count / sample);
    if (random() >= chance) return;
    // Who is asked once in so many times speaks for the other times as well.
    const grown = { rows: 0, deltas: 0, [what]: count / chance };
    // What is written is written, whether the packer hears of it or not.
    await nominate({ accountId, ...grown }, clock.now()).catch((error: unknown) =>
      logger.warn("the packer was not told", { accountId, failure: failureOf(error) }),
    );
  }
}

function deltaWrite(table: string, row: MessageRow): TransactionWrite {
  const { accountId, messageId, expiresAt, recorded = 0 } = row;
  const Item = { ...deltaKey(accountId, messageId), entry: entryOf(row), recorded, expiresAt };
  return { Put: { TableName: table, Item } };
}
