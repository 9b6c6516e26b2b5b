import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { type Pending, quotaSchema } from "./quota.ts";
import type { QuotaTable } from "./quota-table-store.ts";

/** A submission whose units are reserved and which nobody has confirmed for long. */
export interface StalePending {
  accountId: number;
  submissionId: string;
  entry: Pending;
}

const quotaPartSchema = quotaSchema.pick({ accountId: true, pending: true });

/** Every account's submissions that were reserved longer than so many milliseconds ago. */
export async function* stalePending(
  { client, table, clock }: QuotaTable,
  olderThanMs: number,
): AsyncGenerator<StalePending> {
  const youngest = clock.now() - olderThanMs;
  let start: Record<string, unknown> | undefined;
  do {
    // A scan, since any account may have one and most have none: small items, a few pages every quarter
    // of an hour, for less than reading each account by its key.
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: "sk = :quota AND size(pending) > :none",
        ProjectionExpression: "accountId, pending",
        ExpressionAttributeValues: { ":quota": "QUOTA", ":none": 0 },
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) yield* staleOf(quotaPartSchema.parse(item), youngest);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

function* staleOf(
  { accountId, pending }: { accountId: number; pending: Record<string, Pending> },
  youngest: number,
): Generator<StalePending> {
  for (const [submissionId, entry] of Object.entries(pending)) {
    if (entry.at < youngest) yield { accountId: entry.by ?? accountId, submissionId, entry };
  }
}
