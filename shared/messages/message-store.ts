import { BatchGetCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../platform/batch-get.ts";
import { chunked } from "../platform/batches.ts";
import type { Clock } from "../platform/clock.ts";
import type { MessageId, MessageRow, MessageState } from "./message.ts";
import { changeRow, expiryFrom, keyOf, putIfAbsent, type RowTable, rowOf } from "./row-store.ts";

export interface MessageStoreDeps extends RowTable {
  readonly clock: Clock;
}

/** What a provider's notification proves: that it took the message, under which id, and when (epoch ms). */
export interface ProviderAcceptance extends MessageId {
  readonly providerMessageId: string;
  readonly acceptedAt: number;
}

export type MessageStore = ReturnType<typeof messageStore>;

// BatchGetItem takes no more.
const keysPerBatch = 100;
const writesAtOnce = 25;

/** The message rows as the accepting side, the reconciliation and the provider's events know them. */
export function messageStore(deps: MessageStoreDeps) {
  return {
    /** The row of a message, read consistently; undefined where there is none. */
    get: (id: MessageId) => get(deps, id),

    /** States by message id, read consistently; a message without a row is missing from the map. */
    statesOf: (accountId: number, messageIds: readonly string[]) => statesOf(deps, accountId, messageIds),

    /**
     * Marks messages that the customer was told are not accepted, unless a worker knows them already.
     *
     * @returns the ids that are refused now, by this or an earlier call: these are neither delivered nor
     * billed, and only their quota units are to be given back; the others are on their way after all
     */
    markRefused: (accountId: number, messageIds: readonly string[]) =>
      idsWhere(messageIds, (messageId) => markRefused(deps, { accountId, messageId })),

    /**
     * Marks messages that seem never to have been queued, unless a worker knows them already.
     *
     * @returns the ids whose unit is to be given back: those released by this or an earlier call, those
     * that a worker has meanwhile claimed with a new unit included
     */
    markReleased: (accountId: number, messageIds: readonly string[]) =>
      idsWhere(messageIds, (messageId) => markReleased(deps, { accountId, messageId })),

    /**
     * Leaves out the messages that their worker has settled as sent, for good: proof of it is no news.
     * Where the rows cannot be read, or are read before the worker's word, messages stay in.
     */
    withoutSent: <Id extends MessageId>(ids: readonly Id[]) => withoutSent(deps, ids),

    /**
     * Writes down that the provider has the message; repeating it changes nothing.
     *
     * @returns whether this was the first word of it; false too where the row has expired
     */
    recordProviderAcceptance: (acceptance: ProviderAcceptance) => recordAcceptance(deps, acceptance),
  };
}

async function get({ client, table }: MessageStoreDeps, id: MessageId): Promise<MessageRow | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true }),
  );
  return Item && rowOf(Item);
}

async function statesOf(
  { client, table }: MessageStoreDeps,
  accountId: number,
  messageIds: readonly string[],
): Promise<Map<string, MessageState>> {
  const keys = [...new Set(messageIds)].map((messageId) => keyOf({ accountId, messageId }));
  const items = await batchGet({ client, table }, { keys, attributes: ["sk", "state"] });
  return new Map(items.map(({ sk, state }) => [String(sk), state as MessageState]));
}

async function withoutSent<Id extends MessageId>(deps: MessageStoreDeps, ids: readonly Id[]): Promise<Id[]> {
  const keys = new Map(ids.map((id) => [nameOf(keyOf(id)), keyOf(id)]));
  const batches = chunked([...keys.values()], keysPerBatch);
  // "Sent" is final, so that the cheaper read, which may be behind, is never wrong about it. And where
  // nothing can be read nothing is left out.
  const answers = await Promise.all(batches.map((batch) => readRoughly(deps, batch).catch(() => [])));
  const sent = new Set(
    answers
      .flat()
      .filter((item) => item["state"] === "sent")
      .map(nameOf),
  );
  return ids.filter((id) => !sent.has(nameOf(keyOf(id))));
}

function nameOf({ pk, sk }: { pk?: unknown; sk?: unknown }): string {
  return `${pk}/${sk}`;
}

/** States as they were a moment ago, of as many messages as one call tells. */
async function readRoughly(
  { client, table }: RowTable,
  keys: Record<string, unknown>[],
): Promise<Record<string, unknown>[]> {
  const { Responses } = await client.send(
    new BatchGetCommand({
      RequestItems: {
        [table]: {
          Keys: keys,
          ProjectionExpression: "pk, sk, #state",
          ExpressionAttributeNames: { "#state": "state" },
        },
      },
    }),
  );
  return Responses?.[table] ?? [];
}

async function markRefused(deps: MessageStoreDeps, id: MessageId): Promise<boolean> {
  const existing = await putIfAbsent(deps, { ...bareRow(deps, id), state: "refused" });
  return existing === undefined || existing.state === "refused";
}

async function markReleased(deps: MessageStoreDeps, id: MessageId): Promise<boolean> {
  const existing = await putIfAbsent(deps, { ...bareRow(deps, id), state: "released", releasedOnce: true });
  return existing === undefined || existing.releasedOnce === true;
}

function bareRow({ clock }: MessageStoreDeps, id: MessageId) {
  return { ...id, expiresAt: expiryFrom(clock.now()) };
}

function recordAcceptance(deps: MessageStoreDeps, acceptance: ProviderAcceptance): Promise<boolean> {
  return changeRow(deps, acceptance, {
    set: { providerMessageId: acceptance.providerMessageId, acceptedByProviderAt: acceptance.acceptedAt },
    // A row that is not there has no state: nothing is made of a notification alone.
    condition: "attribute_exists(#state) AND attribute_not_exists(acceptedByProviderAt)",
  });
}

async function idsWhere(ids: readonly string[], mark: (id: string) => Promise<boolean>): Promise<string[]> {
  const marked: string[] = [];
  for (const some of chunked([...new Set(ids)], writesAtOnce)) {
    const answers = await Promise.all(some.map(mark));
    marked.push(...some.filter((_, place) => answers[place]));
  }
  return marked;
}
