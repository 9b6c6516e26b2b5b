import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { isId } from "../platform/ids.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import type { SuppressionTable } from "./address-store.ts";
import type { ListExport } from "./list-export.ts";
import type { ListImport } from "./list-import.ts";

/** As long as the payload bucket keeps the files. */
const retentionSeconds = 30 * 24 * 3600;

interface Transfer {
  readonly id: string;
  readonly accountId: number;
  readonly createdAt: number;
}

/** A transfer as it was read: it is changed only if nobody else changed it meanwhile. */
export interface Kept<Row extends Transfer> {
  readonly row: Row;
  readonly version: number;
}

export type TransferStore<Row extends Transfer> = ReturnType<typeof transferStore<Row>>;
export type ImportStore = TransferStore<ListImport>;
export type ExportStore = TransferStore<ListExport>;

/** Imports of lists, with how far they are. */
export function importStore(table: Pick<SuppressionTable, "client" | "table">): ImportStore {
  return transferStore<ListImport>(table, "IMPORT");
}

/** Exports of lists, with how far they are. */
export function exportStore(table: Pick<SuppressionTable, "client" | "table">): ExportStore {
  return transferStore<ListExport>(table, "EXPORT");
}

function transferStore<Row extends Transfer>(
  { client, table }: Pick<SuppressionTable, "client" | "table">,
  kind: "IMPORT" | "EXPORT",
) {
  const keyOf = (accountId: number, id: string) => ({ pk: accountPartition(accountId), sk: `${kind}#${id}` });

  async function put(row: Row, version: number, condition: object): Promise<void> {
    const expiresAt = Math.floor(row.createdAt / 1000) + retentionSeconds;
    const Item = { ...keyOf(row.accountId, row.id), ...row, version, expiresAt };
    await client.send(new PutCommand({ TableName: table, Item, ...condition }));
  }

  return {
    create: (row: Row): Promise<void> => put(row, 1, { ConditionExpression: "attribute_not_exists(pk)" }),

    async get(accountId: number, id: string): Promise<Kept<Row> | undefined> {
      if (!isId(id)) return undefined;
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: keyOf(accountId, id), ConsistentRead: true }),
      );
      if (Item === undefined) return undefined;
      const { pk: _pk, sk: _sk, version, expiresAt: _expiry, ...row } = Item;
      // Only this file writes such items.
      return { row: row as unknown as Row, version: Number(version) };
    },

    /** @returns what is kept now; undefined where another process changed it first */
    async change({ row, version }: Kept<Row>, changes: Partial<Row>): Promise<Kept<Row> | undefined> {
      const changed = { row: { ...row, ...changes }, version: version + 1 };
      try {
        await put(changed.row, changed.version, {
          ConditionExpression: "#version = :version",
          ExpressionAttributeNames: { "#version": "version" },
          ExpressionAttributeValues: { ":version": version },
        });
        return changed;
      } catch (error) {
        if (refusedWrite(error)) return undefined;
        throw error;
      }
    },
  };
}
