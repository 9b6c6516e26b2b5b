import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { batchGet } from "../platform/batch-get.ts";
import { type Account, accountSchema } from "./account.ts";
import { accountKey, sequenceKey } from "./keys.ts";

const idsPerRead = 100;
/** Most ids are those of tokens, domains and the like; a page ends here though it is not full. */
const readsPerPage = 20;

const sequenceSchema = z.object({ lastId: z.number().int() });

export interface AccountPage {
  readonly accounts: readonly Account[];
  /** After which account the next page begins; undefined where there is none. */
  readonly next: number | undefined;
}

export type AccountListStore = ReturnType<typeof accountListStore>;

/**
 * All accounts, for the operator. No index lists them: ids are handed out one after the other, so that looking
 * at each finds all, without a partition that every new account would have to be written to.
 */
export function accountListStore(at: { client: DynamoDBDocumentClient; table: string }) {
  async function lastId(): Promise<number> {
    const { Item } = await at.client.send(
      new GetCommand({ TableName: at.table, Key: sequenceKey, ConsistentRead: true }),
    );
    return Item === undefined ? 0 : sequenceSchema.parse(Item).lastId;
  }

  async function read(first: number, last: number): Promise<Account[]> {
    const ids = Array.from({ length: last - first + 1 }, (_, place) => first + place);
    const items = await batchGet(at, { keys: ids.map((id) => ({ ...accountKey(id) })) });
    return items.map((item) => accountSchema.parse(item)).toSorted((one, other) => one.id - other.id);
  }

  return {
    /** The accounts whose ids come after one, oldest first; perhaps fewer than `limit` though more follow. */
    async page({ after, limit }: { after: number; limit: number }): Promise<AccountPage> {
      const last = await lastId();
      const accounts: Account[] = [];
      let seen = after;
      for (let reads = 0; seen < last && accounts.length < limit && reads < readsPerPage; reads += 1) {
        const upTo = Math.min(seen + idsPerRead, last);
        accounts.push(...(await read(seen + 1, upTo)));
        seen = upTo;
      }
      const shown = accounts.slice(0, limit);
      const next = accounts.length > limit ? shown.at(-1)?.id : seen < last ? seen : undefined;
      return { accounts: shown, next };
    },
  };
}
