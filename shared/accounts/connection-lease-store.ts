import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { logger } from "../platform/observability.ts";
import { refusedWrite } from "../platform/refused-writes.ts";

/** A process that has not been heard of for so long is dead, and its connections with it. */
const aliveMs = 60_000;
/** How often a process must say that it lives. */
export const beatMs = 20_000;
/** No connection lives longer than this; DynamoDB removes an item some time after it. */
const keptSeconds = 2 * 60 * 60;
// Others who clear and take at the same time can make a try fail.
const mostTries = 5;

/** Whose connections are counted. */
export type LeaseHolder = { readonly accountId: number } | { readonly address: string };

export type ConnectionLeaseStore = ReturnType<typeof connectionLeaseStore>;

interface LeaseTable {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  /** Names this process among those that share the table. */
  processId: string;
}

interface Lease {
  readonly holder: LeaseHolder;
  readonly connectionId: string;
}

/**
 * Open connections of accounts and addresses, counted over all processes of the gateway, in the counters
 * table. Taking and giving back is one write each. A connection is an attribute that names its process; a
 * process is one item that it refreshes. Thus the connections of one that has died count for a minute more,
 * and until then nobody need refresh each of them.
 */
export function connectionLeaseStore(leases: LeaseTable) {
  // What could not be given back; the process lives, so nobody else would ever clear it.
  const owed = new Map<string, Lease>();

  async function release(holder: LeaseHolder, connectionId: string): Promise<void> {
    try {
      await giveBack(leases, holder, connectionId);
      owed.delete(connectionId + JSON.stringify(holder));
    } catch (error) {
      owed.set(connectionId + JSON.stringify(holder), { holder, connectionId });
      logger.warn("a connection could not be given back", { reason: nameOf(error) });
    }
  }

  return {
    /**
     * Takes one of a holder's connections; taken twice under the same id it is one.
     *
     * @returns false if the holder has as many as it may
     * @throws what DynamoDB throws; the connection is given back then, in case it was taken after all
     */
    async take(holder: LeaseHolder, connectionId: string, limit: number): Promise<boolean> {
      try {
        return await takeOrClear(leases, { holder, connectionId }, limit);
      } catch (error) {
        owed.set(connectionId + JSON.stringify(holder), { holder, connectionId });
        throw error;
      }
    },

    /** Gives a connection back; where that fails the next beat tries again. */
    release,

    /** Says that this process lives; to be called once before the first `take`, then every `beatMs`. */
    async beat(): Promise<void> {
      const now = leases.clock.now();
      await leases.client.send(
        new UpdateCommand({
          TableName: leases.table,
          Key: processKey(leases.processId),
          UpdateExpression: "SET aliveUntil = :until, expiresAt = :expiresAt",
          ExpressionAttributeValues: { ":until": now + aliveMs, ":expiresAt": inSeconds(now) },
        }),
      );
      await Promise.all([...owed.values()].map(({ holder, connectionId }) => release(holder, connectionId)));
    },
  };
}

async function takeOrClear(leases: LeaseTable, lease: Lease, limit: number): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries++) {
    const seen = await tryToTake(leases, lease, limit);
    if (seen === undefined || seen.has(lease.connectionId)) return true;
    const dead = await deadAmong(leases, new Set(seen.values()));
    const stale = [...seen].filter(([, processId]) => dead.has(processId));
    if (stale.length === 0) return false;
    await clear(leases, lease.holder, stale);
  }
  return false;
}

/** @returns undefined if it is taken, or else the connections that there are, and their processes */
async function tryToTake(
  { client, table, clock, processId }: LeaseTable,
  { holder, connectionId }: Lease,
  limit: number,
): Promise<Map<string, string> | undefined> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(holder),
        UpdateExpression: "SET #lease = :process, expiresAt = :expiresAt ADD connections :one",
        ConditionExpression:
          "attribute_not_exists(#lease) AND (attribute_not_exists(connections) OR connections < :limit)",
        ExpressionAttributeNames: { "#lease": attributeOf(connectionId) },
        ExpressionAttributeValues: {
          ":process": processId,
          ":expiresAt": inSeconds(clock.now()),
          ":one": 1,
          ":limit": limit,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return undefined;
  } catch (error) {
    const item = refusedWrite(error)?.item;
    if (item === undefined) throw error;
    return connectionsIn(item);
  }
}

async function giveBack(leases: LeaseTable, holder: LeaseHolder, connectionId: string): Promise<void> {
  await clear(leases, holder, [[connectionId, leases.processId]]);
}

/** Removes connections, all or none: somebody else may have done it meanwhile. */
async function clear(
  { client, table }: LeaseTable,
  holder: LeaseHolder,
  connections: readonly (readonly [connectionId: string, processId: string])[],
): Promise<void> {
  const names = connections.map((_, place) => `#c${place}`);
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(holder),
        UpdateExpression: `REMOVE ${names.join(", ")} ADD connections :less`,
        ConditionExpression: names.map((name, place) => `${name} = :p${place}`).join(" AND "),
        ExpressionAttributeNames: Object.fromEntries(
          connections.map(([id], place) => [`#c${place}`, attributeOf(id)]),
        ),
        ExpressionAttributeValues: {
          ":less": -connections.length,
          ...Object.fromEntries(connections.map(([, processId], place) => [`:p${place}`, processId])),
        },
      }),
    );
  } catch (error) {
    if (!refusedWrite(error)) throw error;
  }
}

async function deadAmong(leases: LeaseTable, processIds: ReadonlySet<string>): Promise<Set<string>> {
  const others = [...processIds].filter((id) => id !== leases.processId);
  const lives = await Promise.all(others.map((id) => isAlive(leases, id)));
  return new Set(others.filter((_, place) => !lives[place]));
}

async function isAlive({ client, table, clock }: LeaseTable, processId: string): Promise<boolean> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: processKey(processId), ConsistentRead: true }),
  );
  return Number(Item?.["aliveUntil"] ?? 0) > clock.now();
}

function connectionsIn(item: Record<string, unknown>): Map<string, string> {
  const connections = Object.entries(item).filter(([name]) => name.startsWith(attributeOf("")));
  return new Map(
    connections.map(([name, processId]) => [name.slice(attributeOf("").length), String(processId)]),
  );
}

function attributeOf(connectionId: string): string {
  return `connection-${connectionId}`;
}

function keyOf(holder: LeaseHolder): { pk: string; sk: string } {
  const pk = "accountId" in holder ? accountPartition(holder.accountId) : `ADDRESS#${holder.address}`;
  return { pk, sk: "CONNECTIONS" };
}

function processKey(processId: string): { pk: string; sk: string } {
  return { pk: `GATEWAY#${processId}`, sk: "GATEWAY" };
}

function inSeconds(now: number): number {
  return Math.ceil(now / 1_000) + keptSeconds;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
