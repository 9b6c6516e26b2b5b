import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../platform/clock.ts";
import { failureOf } from "../platform/failure.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { logger } from "../platform/observability.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { RecordedEvent } from "./event.ts";
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
  /** Tells the packer, now and then, how much accounts' logs have grown by what was recorded. Never fails. */
  noteGrowth(recorded: readonly RecordedEvent[]): Promise<void>;
}

/** What a recorder does about messages that are packed. */
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

    async noteGrowth(recorded) {
      const rows = newRowsOf(recorded);
      const accountIds = new Set([...rows.keys(), ...deltas.keys()]);
      const grown = [...accountIds].map((accountId) => ({
        accountId,
        rows: rows.get(accountId) ?? 0,
        deltas: deltas.get(accountId) ?? 0,
      }));
      deltas.clear();
      for (const { accountId, ...counts } of grown) {
        const chance = Math.min(1, (counts.rows + counts.deltas) / sample);
        if (random() >= chance) continue;
        // Who is asked once in so many times speaks for the other times as well.
        const scaled = { rows: counts.rows / chance, deltas: counts.deltas / chance };
        // What was recorded is recorded, whether the packer hears of it or not.
        await nominate({ accountId, ...scaled }, clock.now()).catch((error: unknown) =>
          logger.warn("the packer was not told", { accountId, failure: failureOf(error) }),
        );
      }
    },
  };
}

/** How many messages are new in each account's log. */
function newRowsOf(recorded: readonly RecordedEvent[]): Map<number, number> {
  const rows = new Map<number, number>();
  for (const { event, first } of recorded) {
    if (first && event.kind === "sending") rows.set(event.accountId, (rows.get(event.accountId) ?? 0) + 1);
  }
  return rows;
}

function deltaWrite(table: string, row: MessageRow): TransactionWrite {
  const { accountId, messageId, expiresAt, recorded = 0 } = row;
  const Item = { ...deltaKey(accountId, messageId), entry: entryOf(row), recorded, expiresAt };
  return { Put: { TableName: table, Item } };
}
