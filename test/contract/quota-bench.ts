import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { newId } from "../../shared/platform/ids.ts";
import type { QuotaPlan } from "../../shared/quota/quota.ts";
import { type QuotaStore, quotaStore } from "../../shared/quota/quota-store.ts";
import { quotaKey } from "../../shared/quota/quota-table-store.ts";
import type { TestDynamo } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

let lastAccountId = 0;

/** One account's quota under test: a clock, and stores as so many processes would have them. */
export interface QuotaBench {
  accountId: number;
  clock: ReturnType<typeof settableClock>;
  quota: QuotaStore;
  /** Another process's store, with its own clock if its clock is wrong. */
  process(clock?: { now(): number }): QuotaStore;
  submission(): string;
  /** Lets another account use this quota. */
  share(accountId: number): Promise<void>;
  /** The stored item. */
  item(): Promise<Record<string, unknown>>;
}

/** Opens a quota for a new account. */
export async function quotaBench(
  dynamo: TestDynamo,
  options: { now: number; anchor?: number; plan?: Partial<QuotaPlan> },
): Promise<QuotaBench> {
  const clock = settableClock(options.now);
  const accountId = ++lastAccountId;
  const process = (own: { now(): number } = clock) =>
    quotaStore({ client: dynamo.client, table: dynamo.tables.quota, clock: own });
  const quota = process();
  const plan = { name: "test", monthLimit: 100, dayLimit: 1_000, ...options.plan };
  await quota.open({ accountId, anchor: options.anchor ?? options.now, plan });
  return {
    accountId,
    clock,
    quota,
    process,
    submission: () => newId(clock.now()),
    async share(sharer) {
      const TransactItems = quota.sharingWrites({ accountId: sharer, holder: accountId });
      await dynamo.client.send(new TransactWriteCommand({ TransactItems }));
    },
    async item() {
      const { Item = {} } = await dynamo.client.send(
        new GetCommand({ TableName: dynamo.tables.quota, Key: quotaKey(accountId), ConsistentRead: true }),
      );
      return Item;
    },
  };
}
