import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { batchWrite } from "../platform/batch-write.ts";
import type { RowTable } from "./row-store.ts";

const prefix = "HELD#";
/** As many jobs are counted: some 200 KB of an index. */
const mostCounted = 1_000;

/** Mail that a suspension holds back: a job, as a queue's message would be. */
export interface HeldMail {
  readonly accountId: number;
  /** Sorts as the mail was accepted; the same job has the same name, and no two jobs share one. */
  readonly name: string;
  readonly domainName: string;
  readonly stream: string;
  /** How many messages it is. */
  readonly messages: number;
  /** The job's text, or where in the payload bucket it is. */
  readonly job: { readonly text: string } | { readonly stored: string };
}

export interface HeldPage {
  readonly held: readonly HeldMail[];
  /** The name after which the next page begins; undefined where there is none. */
  readonly next: string | undefined;
}

/** How many messages are held of each domain and stream. */
export interface HeldCounts {
  readonly counts: readonly Pick<HeldMail, "domainName" | "stream" | "messages">[];
  /** Whether these are all; where there are very many, the oldest are counted. */
  readonly isAll: boolean;
}

export type HeldStore = ReturnType<typeof heldStore>;

/**
 * Held mail, in the messages' table. It has no expiry: it goes when it is let go, and only then.
 */
export function heldStore({ client, table }: RowTable) {
  return {
    /** Keeps mail; keeping it again changes nothing. */
    async put({ accountId, name, ...mail }: HeldMail): Promise<void> {
      const Item = { ...keyOf(accountId, name), heldName: name, ...mail };
      await client.send(new PutCommand({ TableName: table, Item }));
    },

    /** An account's held mail, oldest first, read consistently; perhaps fewer than `limit` though more follows. */
    async page(accountId: number, limit: number, after = ""): Promise<HeldPage> {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
          ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": prefix },
          ConsistentRead: true,
          Limit: limit,
          ...(after !== "" && { ExclusiveStartKey: keyOf(accountId, after) }),
        }),
      );
      return {
        held: Items.map((item) => mailOf(accountId, item)),
        next: LastEvaluatedKey && nameOf(LastEvaluatedKey),
      };
    },

    /** How much of an account's mail is held, as of a moment ago. One cheap call, however much it is. */
    async count(accountId: number): Promise<HeldCounts> {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: "byHeld",
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": accountPartition(accountId) },
          Limit: mostCounted,
        }),
      );
      const groups = Map.groupBy(Items, ({ domainName, stream }) => `${stream}/${domainName}`);
      return {
        counts: [...groups.values()].flatMap(([first, ...others]) => {
          if (first === undefined) return [];
          const messages = [first, ...others].reduce((sum, one) => sum + Number(one["messages"]), 0);
          return [{ domainName: String(first["domainName"]), stream: String(first["stream"]), messages }];
        }),
        isAll: LastEvaluatedKey === undefined,
      };
    },

    async remove(mails: readonly Pick<HeldMail, "accountId" | "name">[]): Promise<void> {
      const deletes = mails.map(({ accountId, name }) => ({
        DeleteRequest: { Key: keyOf(accountId, name) },
      }));
      await batchWrite({ client, table }, deletes);
    },
  };
}

function keyOf(accountId: number, name: string) {
  return { pk: accountPartition(accountId), sk: `${prefix}${name}` };
}

function nameOf({ sk }: Record<string, unknown>): string {
  return String(sk).slice(prefix.length);
}

/** Only this store writes such items, hence the cast. */
function mailOf(accountId: number, item: Record<string, unknown>): HeldMail {
  const { pk: _pk, sk: _sk, heldName: _name, ...mail } = item;
  return { ...(mail as Omit<HeldMail, "accountId" | "name">), accountId, name: nameOf(item) };
}
