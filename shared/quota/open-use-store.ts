import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { quotaSchema, usedOf } from "./quota.ts";
import type { QuotaTable } from "./quota-table-store.ts";
import { overageOf, type PeriodUse } from "./thresholds.ts";

const useSchema = quotaSchema.pick({
  ...{ accountId: true, periodStart: true, monthLimit: true, remaining: true, overageCap: true },
});

export type OpenUseStore = ReturnType<typeof openUseStore>;

/** How much every account has used of its open period. */
export function openUseStore({ client, table }: Pick<QuotaTable, "client" | "table">) {
  return {
    async *all(): AsyncGenerator<PeriodUse> {
      let start: Record<string, unknown> | undefined;
      do {
        // A scan: items are small, and no key tells which accounts have used much.
        const page = await client.send(
          new ScanCommand({
            TableName: table,
            FilterExpression: "sk = :quota AND attribute_exists(monthLimit)",
            ProjectionExpression: "accountId, periodStart, monthLimit, remaining, overageCap",
            ExpressionAttributeValues: { ":quota": "QUOTA" },
            ExclusiveStartKey: start,
          }),
        );
        for (const item of page.Items ?? []) yield useOf(item);
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
    },
  };
}

function useOf(item: object): PeriodUse {
  const quota = useSchema.parse(item);
  const used = usedOf(quota);
  return { ...quota, used, overageUsed: overageOf(quota, used) };
}
