import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import type { AuditActor, AuditEntry, AuditNote } from "./audit.ts";
import { auditKey, auditPrefix } from "./keys.ts";

export type AuditStore = ReturnType<typeof auditStore>;

/** Accounts' audit logs, in the accounts table. Nothing changes or removes what is written there. */
export function auditStore({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  return {
    async add(accountId: number, actor: AuditActor, note: AuditNote): Promise<AuditEntry> {
      const at = clock.now();
      const entry: AuditEntry = { id: newId(at), actor, ...note, at };
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...auditKey(accountId, entry.id), ...entry },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
      return entry;
    },

    /**
     * Entries, the newest first.
     *
     * @param before the id of the last entry that was read; older ones follow
     */
    async list(
      accountId: number,
      { before, limit }: { before?: string | undefined; limit: number },
    ): Promise<AuditEntry[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: {
            ":pk": accountPartition(accountId),
            ":from": auditPrefix,
            // "~" comes after whatever a UUID begins with.
            ":to": `${auditPrefix}${before ?? "~"}`,
          },
          ScanIndexForward: false,
          ConsistentRead: true,
          // One more: the one that was read last is the first of the range.
          Limit: limit + 1,
        }),
      );
      return Items.map(entryOf)
        .filter(({ id }) => id !== before)
        .slice(0, limit);
    },
  };
}

/** Only this store writes such items, hence the cast. */
function entryOf({ pk: _pk, sk: _sk, ...item }: Record<string, unknown>): AuditEntry {
  return item as unknown as AuditEntry;
}
