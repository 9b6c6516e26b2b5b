import { BatchGetCommand, type BatchGetCommandInput } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { openAccounts } from "./period-store.ts";
import { type Pending, quotaSchema } from "./quota.ts";
import { type QuotaTable, quotaKey } from "./quota-table-store.ts";

/** A submission whose units are reserved and which nobody has confirmed for long. */
export interface StalePending {
  accountId: number;
  submissionId: string;
  entry: Pending;
}

const keysOfOneRead = 100;
const quotaPartSchema = quotaSchema.pick({ accountId: true, pending: true });

type QuotaPart = z.infer<typeof quotaPartSchema>;

/** Every account's submissions that were reserved longer than so many milliseconds ago. */
export async function* stalePending(quotas: QuotaTable, olderThanMs: number): AsyncGenerator<StalePending> {
  const youngest = quotas.clock.now() - olderThanMs;
  for await (const { accountId, pending } of openQuotas(quotas)) {
    for (const [submissionId, entry] of Object.entries(pending)) {
      if (entry.at < youngest) yield { accountId, submissionId, entry };
    }
  }
}

async function* openQuotas(quotas: QuotaTable): AsyncGenerator<QuotaPart> {
  let accountIds: number[] = [];
  for await (const accountId of openAccounts(quotas)) {
    accountIds.push(accountId);
    if (accountIds.length < keysOfOneRead) continue;
    yield* readMany(quotas, accountIds);
    accountIds = [];
  }
  yield* readMany(quotas, accountIds);
}

async function* readMany(quotas: QuotaTable, accountIds: readonly number[]): AsyncGenerator<QuotaPart> {
  let open: BatchGetCommandInput["RequestItems"] =
    accountIds.length === 0
      ? undefined
      : {
          [quotas.table]: {
            Keys: accountIds.map(quotaKey),
            ProjectionExpression: "accountId, pending",
            ConsistentRead: true,
          },
        };
  while (open !== undefined && Object.keys(open).length > 0) {
    const { Responses, UnprocessedKeys } = await quotas.client.send(
      new BatchGetCommand({ RequestItems: open }),
    );
    for (const item of Responses?.[quotas.table] ?? []) yield quotaPartSchema.parse(item);
    open = UnprocessedKeys;
  }
}
