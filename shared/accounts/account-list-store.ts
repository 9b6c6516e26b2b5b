import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { batchGet } from "../platform/batch-get.ts";
import { accountSchema } from "./account.ts";
import { accountKey, organizationKey, sequenceKey } from "./keys.ts";
import { organizationSchema } from "./organization-store.ts";

const idsPerRead = 100;
/** Most ids are those of tokens, domains and the like; a page ends here though it is not full. */
const readsPerPage = 20;

const sequenceSchema = z.object({ lastId: z.number().int() });

/** Which part of a list is wanted: behind an id, and how much of it. */
export interface IdPage {
  readonly after: number;
  readonly limit: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** After which id the next page begins; undefined where there is none. */
  readonly next: number | undefined;
}

interface Kind<Item> {
  readonly keyOf: (id: number) => object;
  readonly parse: (item: unknown) => Item;
}

export type AccountListStore = ReturnType<typeof accountListStore>;

/**
 * All accounts, and all organizations, for the operator. No index lists them: ids are handed out one after the other,
 * so that looking at each finds all, without a partition that every new account would have to be written to.
 */
export function accountListStore(at: { client: DynamoDBDocumentClient; table: string }) {
  async function lastId(): Promise<number> {
    const { Item } = await at.client.send(
      new GetCommand({ TableName: at.table, Key: sequenceKey, ConsistentRead: true }),
    );
    return Item === undefined ? 0 : sequenceSchema.parse(Item).lastId;
  }

  async function page<Item extends { readonly id: number }>(
    { keyOf, parse }: Kind<Item>,
    { after, limit }: IdPage,
  ): Promise<Page<Item>> {
    const last = await lastId();
    const found: Item[] = [];
    let seen = after;
    for (let reads = 0; seen < last && found.length < limit && reads < readsPerPage; reads += 1) {
      const ids = Array.from({ length: Math.min(idsPerRead, last - seen) }, (_, place) => seen + 1 + place);
      const items = await batchGet(at, { keys: ids.map((id) => ({ ...keyOf(id) })) });
      found.push(...items.map(parse).toSorted((one, other) => one.id - other.id));
      seen += ids.length;
    }
    const shown = found.slice(0, limit);
    const next = found.length > limit ? shown.at(-1)?.id : seen < last ? seen : undefined;
    return { items: shown, next };
  }

  const accounts = { keyOf: accountKey, parse: (item: unknown) => accountSchema.parse(item) };
  const organizations = {
    keyOf: organizationKey,
    parse: (item: unknown) => organizationSchema.parse(item),
  };
  return {
    /** The accounts whose ids come after one, oldest first; perhaps fewer than `limit` though more follow. */
    accounts: (wanted: IdPage) => page(accounts, wanted),
    /** The same of organizations. */
    organizations: (wanted: IdPage) => page(organizations, wanted),
  };
}
