import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { untilFree } from "../platform/patience.ts";
import { isBusy, refusedTransaction, refusedWrite } from "../platform/refused-writes.ts";
import { creationKey, webhookKey, webhookPrefix } from "./keys.ts";
import { type Webhook, type WebhookId, webhookSchema } from "./webhook.ts";

/** A new or changed webhook is known everywhere within this time. */
const rememberedMs = 5_000;
const rememberedAccounts = 1_000;
/** Who creates many at the same time waits for the others: one goes through with each round. */
const patience = { tries: 12, pauseMs: 25 };

/** What a customer can change. */
export type WebhookChange = {
  readonly [Field in "url" | "active" | "payloadFormat" | "eventTypes" | "sealedSecret"]?:
    | Webhook[Field]
    | undefined;
};

export interface WebhookTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

export type WebhookStore = ReturnType<typeof webhookStore>;

// What a failing endpoint, and whoever calls it at the moment, have left behind.
const troubles = ["failures", "nextAttemptAt", "slow", "leaseId", "leaseUntil", "again"];
const pausing = ["pausedAt", "ownerToldAt"];

/** Webhooks as customers make and change them, in the webhooks table. */
export function webhookStore({ client, table, clock }: WebhookTable) {
  const known = lookupCache<readonly Webhook[]>({
    clock,
    find: (accountId) => list(Number(accountId)),
    foundMs: rememberedMs,
    missingMs: rememberedMs,
    max: rememberedAccounts,
  });

  async function list(accountId: number): Promise<Webhook[]> {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": webhookPrefix },
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => webhookSchema.parse(item));
  }

  return {
    /** An account's webhooks, the oldest first. */
    list,

    /** The same as they were within the last 5 s. */
    recent: async (accountId: number): Promise<readonly Webhook[]> =>
      (await known.get(String(accountId))) ?? [],

    async find(id: WebhookId): Promise<Webhook | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: webhookKey(id), ConsistentRead: true }),
      );
      return Item && webhookSchema.parse(Item);
    },

    async create(webhook: Webhook): Promise<void> {
      const Item = { ...webhookKey(webhook), ...webhook };
      await client.send(new PutCommand({ TableName: table, Item }));
      known.forget(String(webhook.accountId));
    },

    /**
     * Creates a webhook unless the account has so many already, whoever else creates one at the same time.
     *
     * @returns whether it did
     */
    async createWithin(most: number, webhook: Webhook): Promise<boolean> {
      const attempt = () => createNext({ client, table }, most, webhook, list);
      const isCreated = await untilFree(attempt, (error) => isBusy(error) || isRefused(error), patience);
      known.forget(String(webhook.accountId));
      return isCreated;
    },

    /**
     * Changes what is given. Switched on, or given another URL, a webhook begins anew, without failures;
     * whoever calls its old endpoint at that moment has no more say in it.
     *
     * @param change not empty
     * @returns the webhook as it is then; undefined if there is none
     */
    async change(id: WebhookId, change: WebhookChange): Promise<Webhook | undefined> {
      const forgotten = [
        ...(change.active !== undefined || change.url !== undefined ? troubles : []),
        ...(change.active !== undefined ? pausing : []),
      ];
      const { done, item } = await changeItem({ client, table }, id, settingOf(change, forgotten));
      known.forget(String(id.accountId));
      return done ? webhookSchema.parse(item) : undefined;
    },

    /** Notes that the owner knows that the webhook is paused. */
    async ownerTold(id: WebhookId): Promise<void> {
      await changeItem({ client, table }, id, settingOf({ ownerToldAt: clock.now() }, []));
    },

    /** @returns the webhook as it was; undefined if there was none */
    async remove(id: WebhookId): Promise<Webhook | undefined> {
      const { Attributes } = await client.send(
        new DeleteCommand({ TableName: table, Key: webhookKey(id), ReturnValues: "ALL_OLD" }),
      );
      known.forget(String(id.accountId));
      return Attributes && webhookSchema.parse(Attributes);
    },
  };
}

// All who create for one account write the same item besides, on the condition that it is as it was when they counted.
async function createNext(
  { client, table }: Pick<WebhookTable, "client" | "table">,
  most: number,
  webhook: Webhook,
  list: (accountId: number) => Promise<readonly Webhook[]>,
): Promise<boolean> {
  const Key = creationKey(webhook.accountId);
  const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  if ((await list(webhook.accountId)).length >= most) return false;
  const seen = Number(Item?.["created"] ?? 0);
  const counting = {
    TableName: table,
    Item: { ...Key, created: seen + 1 },
    ConditionExpression: "attribute_not_exists(pk) OR created = :seen",
    ExpressionAttributeValues: { ":seen": seen },
  };
  const creating = { TableName: table, Item: { ...webhookKey(webhook), ...webhook } };
  await client.send(new TransactWriteCommand({ TransactItems: [{ Put: counting }, { Put: creating }] }));
  return true;
}

function isRefused(error: unknown): boolean {
  return refusedTransaction(error) !== undefined;
}

/** A conditional change of a webhook's item. */
export interface ItemChange {
  readonly update: string;
  readonly condition: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, unknown>;
}

export interface ChangedItem {
  readonly done: boolean;
  /** As it is after the change, or as it was when it refused it; undefined if there is none. */
  readonly item: Record<string, unknown> | undefined;
}

export async function changeItem(
  { client, table }: Pick<WebhookTable, "client" | "table">,
  id: WebhookId,
  { update, condition, names, values }: ItemChange,
): Promise<ChangedItem> {
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: webhookKey(id),
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return { done: true, item: Attributes };
  } catch (error) {
    const refused = refusedWrite(error);
    if (refused) return { done: false, item: refused.item };
    throw error;
  }
}

/** Sets some attributes and removes others, each named by itself. */
function settingOf(set: Record<string, unknown>, remove: readonly string[]): ItemChange {
  const fields = Object.entries(set).filter(([, value]) => value !== undefined);
  const clauses = [
    fields.length > 0 ? `SET ${fields.map(([name]) => `#${name} = :${name}`).join(", ")}` : "",
    remove.length > 0 ? `REMOVE ${remove.map((name) => `#${name}`).join(", ")}` : "",
  ];
  const names = [...fields.map(([name]) => name), ...remove];
  return {
    update: clauses.join(" ").trim(),
    condition: "attribute_exists(pk)",
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
  };
}
