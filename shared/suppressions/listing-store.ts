import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { batchGet } from "../platform/batch-get.ts";
import { isId, timeOfId } from "../platform/ids.ts";
import type { SuppressionTable } from "./address-store.ts";

/** Which rows of a list, newest first. */
export interface ListQuery {
  readonly accountId: number;
  /** Most rows; fewer mean that there are no more. */
  readonly limit: number;
  /** Epoch ms, both inclusive, of the time at which a row was made. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Rows after this one only; it may be gone meanwhile. */
  readonly lastId?: string | undefined;
  /** Rows of these domains only. */
  readonly domainIds?: readonly number[] | undefined;
}

/** The rows of one kind that a list shows: the kind is the first part of their keys. */
export type ListKind = "SUPPRESSION" | "OPTOUT";

interface ListRow {
  readonly id: string;
  readonly accountId: number;
  readonly domainId: number | null;
}

type Table = Pick<SuppressionTable, "client" | "table">;

/** Only this room writes such items, hence the casts to `Row`. */
export function listing<Row extends ListRow>({ client, table }: Table, kind: ListKind) {
  const keyOf = (accountId: number, id: string) => ({
    pk: accountPartition(accountId),
    sk: `${kind}#${id}`,
  });
  const rowOf = (item: Record<string, unknown>) => {
    const { pk: _pk, sk: _sk, ...row } = item;
    return row as unknown as Row;
  };

  return {
    async get(accountId: number, id: string): Promise<Row | undefined> {
      if (!isId(id)) return undefined;
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: keyOf(accountId, id), ConsistentRead: true }),
      );
      return Item && rowOf(Item);
    },

    /** Of these rows the ones that the query asks for, newest first. */
    async listOf(query: ListQuery, ids: readonly string[]): Promise<Row[]> {
      const keys = ids.filter((id) => isAsked(id, query)).map((id) => keyOf(query.accountId, id));
      const found = (await batchGet({ client, table }, { keys })).map(rowOf);
      return found
        .filter(isOf(query.domainIds))
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, query.limit);
    },

    async list(query: ListQuery): Promise<Row[]> {
      const found: Row[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({ TableName: table, ...rangeOf(kind, query), ExclusiveStartKey: start }),
        );
        const rows = Items.map(rowOf).filter(({ id }) => id !== query.lastId);
        found.push(...rows.filter(isOf(query.domainIds)));
        start = LastEvaluatedKey;
      } while (start !== undefined && found.length < query.limit);
      return found.slice(0, query.limit);
    },

    putOf: (row: Row) => ({ Put: { TableName: table, Item: { ...keyOf(row.accountId, row.id), ...row } } }),

    deleteOf: ({ accountId, id }: Row) => ({ Delete: { TableName: table, Key: keyOf(accountId, id) } }),
  };
}

function isAsked(id: string, { from = 0, to = Number.POSITIVE_INFINITY, lastId }: ListQuery): boolean {
  const at = timeOfId(id);
  return at >= from && at <= to && (lastId === undefined || id < lastId);
}

function isOf(domainIds: ListQuery["domainIds"]): (row: ListRow) => boolean {
  const asked = domainIds && new Set<number | null>(domainIds);
  return ({ domainId }) => asked === undefined || asked.has(domainId);
}

function rangeOf(kind: ListKind, { accountId, limit, from = 0, to, lastId, domainIds }: ListQuery) {
  // "~" comes after whatever can follow in a key.
  const uppers = [to === undefined ? "~" : `${timePrefix(to)}~`, lastId ?? "~"];
  const upper = uppers.reduce((a, b) => (a < b ? a : b));
  const lower = timePrefix(from);
  const isEmpty = upper < lower;
  return {
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :lower AND :upper",
    ScanIndexForward: false,
    ConsistentRead: true,
    ExpressionAttributeValues: {
      ":pk": accountPartition(accountId),
      ":lower": `${kind}#${isEmpty ? "~" : lower}`,
      ":upper": `${kind}#${isEmpty ? "~" : upper}`,
    },
    // One more than asked for: the row of `lastId` is read too. Of some domains there may be few among many.
    ...(domainIds === undefined && { Limit: limit + 1 }),
  };
}

/** What the ids of a millisecond begin with. */
function timePrefix(epochMs: number): string {
  const most = 0xffff_ffff_ffff;
  const hex = Math.min(Math.max(epochMs, 0), most).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
