import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandOutput } from "@aws-sdk/lib-dynamodb";
import { type CountedNumber, countedCategory, countedNumbers, groupOf } from "../messages/counters.ts";
import { accountPartition } from "../platform/account-partition.ts";
import { type Counted, isAskedFor, type StatsQuery } from "./stats.ts";

export type StatsStore = ReturnType<typeof statsStore>;

/** What is counted of an account's messages, read consistently: equal to the log at any moment. */
export function statsStore(stats: { client: DynamoDBDocumentClient; table: string }) {
  return {
    /** Every group of messages that is asked for, in the order of the days. */
    counted: (accountId: number, query: StatsQuery) => counted(stats, accountId, query),

    /** How many messages the log has from a day on. */
    async sentSince(accountId: number, startDate: string): Promise<number> {
      const all = await counted(stats, accountId, { startDate, endDate: "9999-12-31" });
      return all.reduce((sum, { counts }) => sum + counts.sent, 0);
    },
  };
}

async function counted(
  { client, table }: { client: DynamoDBDocumentClient; table: string },
  accountId: number,
  query: StatsQuery,
): Promise<Counted[]> {
  const found: Counted[] = [];
  if (query.startDate > query.endDate) return found;
  const asked = { ...query, categories: query.categories?.map(countedCategory) };
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":pk": accountPartition(accountId),
          ":first": query.startDate,
          ":last": `${query.endDate}~`,
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    found.push(...Items.map(countedOf).filter(({ group }) => isAskedFor(group, asked)));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

function countedOf(item: Record<string, unknown>): Counted {
  const counts = Object.fromEntries(countedNumbers.map((name) => [name, Number(item[name] ?? 0)]));
  return { group: groupOf(String(item["sk"])), counts: counts as Record<CountedNumber, number> };
}
