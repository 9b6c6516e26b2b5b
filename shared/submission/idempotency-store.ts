import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import type { Footing, Outcome } from "./submission.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

const keptMs = 24 * 60 * 60 * 1_000;
/** Longer than any request may run: an attempt that began before this is dead. */
const attemptMs = 60_000;

/** A request under an Idempotency-Key. */
export interface IdempotentRequest {
  readonly accountId: number;
  readonly key: string;
  /** Equal for the same request and only for it. */
  readonly fingerprint: string;
}

/**
 * What to do with the request: attempt it under an id, for the first time or again, or answer as before.
 * `footing` is the first attempt's.
 */
export type Begun =
  | {
      readonly kind: "attempt";
      readonly submissionId: string;
      readonly resumed: boolean;
      readonly footing: Footing;
    }
  | { readonly kind: "answered"; readonly submissionId: string; readonly outcomes: readonly Outcome[] };

interface Row {
  fingerprint: string;
  submissionId: string;
  progress: "in-progress" | "done";
  startedAt: number;
  /** Absent where nothing was refused. */
  refused?: Uint8Array;
  /** Absent where nobody gets copies. */
  copies?: Uint8Array;
  outcomes?: Uint8Array;
}

export type IdempotencyStore = ReturnType<typeof idempotencyStore>;

/**
 * Records of requests under an Idempotency-Key, for 24 hours. A record carries the submission's id over a
 * crash, so that the next attempt names the same messages and finds what the first has left behind.
 */
export function idempotencyStore(deps: { client: DynamoDBDocumentClient; table: string; clock: Clock }) {
  const { client, table } = deps;
  return {
    /**
     * Begins a request, or finds it begun before.
     *
     * @param submissionId the id to use if this is the first attempt
     * @param footing what this attempt stands on, kept if it is the first
     * @throws PosternError `idempotency_key_reused` or `idempotency_in_progress`
     */
    async begin(request: IdempotentRequest, submissionId: string, footing: Footing): Promise<Begun> {
      const row = await putIfAbsent(deps, request, { submissionId, footing });
      // A row with this very id was written by this call, whose first answer was lost.
      if (row === undefined || row.submissionId === submissionId) {
        return { kind: "attempt", submissionId, resumed: false, footing };
      }
      if (row.fingerprint !== request.fingerprint) throw new PosternError("idempotency_key_reused");
      if (row.progress === "done") {
        const outcomes = await unpacked<Outcome[]>(row.outcomes ?? new Uint8Array());
        return { kind: "answered", submissionId: row.submissionId, outcomes };
      }
      await takeOver(deps, request, row);
      const { submissionId: former } = row;
      return { kind: "attempt", submissionId: former, resumed: true, footing: await footingOf(row) };
    },

    /** Keeps the answer for those who ask again. */
    async complete(
      request: IdempotentRequest,
      submissionId: string,
      outcomes: readonly Outcome[],
    ): Promise<void> {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(request),
          UpdateExpression: "SET progress = :done, outcomes = :outcomes REMOVE refused, copies",
          ConditionExpression: "submissionId = :submissionId",
          ExpressionAttributeValues: {
            ":done": "done",
            ":outcomes": await packed(outcomes),
            ":submissionId": submissionId,
          },
        }),
      );
    },

    /** Forgets a request of which nothing was accepted, so that it can be made anew. */
    async forget(request: IdempotentRequest, submissionId: string): Promise<void> {
      try {
        await client.send(
          new DeleteCommand({
            TableName: table,
            Key: keyOf(request),
            ConditionExpression: "submissionId = :submissionId",
            ExpressionAttributeValues: { ":submissionId": submissionId },
          }),
        );
      } catch (error) {
        if (!refusedWrite(error)) throw error;
      }
    },
  };
}

type Deps = Parameters<typeof idempotencyStore>[0];

/** @returns the row that is there already, if it still counts */
async function putIfAbsent(
  { client, table, clock }: Deps,
  request: IdempotentRequest,
  { submissionId, footing }: { submissionId: string; footing: Footing },
): Promise<Row | undefined> {
  const now = clock.now();
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: {
          ...keyOf(request),
          fingerprint: request.fingerprint,
          submissionId,
          progress: "in-progress",
          startedAt: now,
          ...(footing.refused.size > 0 && { refused: await packed([...footing.refused]) }),
          ...(footing.copies.size > 0 && { copies: await packed([...footing.copies]) }),
          expiresAt: Math.ceil((now + keptMs) / 1_000),
        },
        // DynamoDB removes expired items some time after their hour, and until then they are not to count.
        ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
        ExpressionAttributeValues: { ":now": Math.floor(now / 1_000) },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return undefined;
  } catch (error) {
    const row = refusedWrite(error)?.item;
    if (row === undefined) throw error;
    return row as unknown as Row;
  }
}

async function footingOf({ refused, copies }: Row): Promise<Footing> {
  return {
    refused: new Map(refused && (await unpacked<[number, Outcome][]>(refused))),
    copies: new Map(copies && (await unpacked<[string, string[]][]>(copies))),
  };
}

/** @throws PosternError `idempotency_in_progress` while the former attempt may live, or if another was faster */
async function takeOver({ client, table, clock }: Deps, request: IdempotentRequest, row: Row): Promise<void> {
  const now = clock.now();
  if (row.startedAt > now - attemptMs) throw new PosternError("idempotency_in_progress");
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(request),
        UpdateExpression: "SET startedAt = :now",
        ConditionExpression: "startedAt = :startedAt AND progress = :inProgress",
        ExpressionAttributeValues: {
          ":now": now,
          ":startedAt": row.startedAt,
          ":inProgress": "in-progress",
        },
      }),
    );
  } catch (error) {
    throw refusedWrite(error) ? new PosternError("idempotency_in_progress", { cause: error }) : error;
  }
}

// Compressed, since hundreds of items with their mistakes would not fit an item of the table; ids are
// not kept, as they follow from the submission's.
async function packed(value: unknown): Promise<Uint8Array> {
  return deflate(JSON.stringify(value));
}

async function unpacked<Value>(bytes: Uint8Array): Promise<Value> {
  return JSON.parse((await inflate(bytes)).toString()) as Value;
}

function keyOf({ accountId, key }: IdempotentRequest): { pk: string; sk: string } {
  const hash = createHash("sha256").update(key).digest("hex");
  return { pk: accountPartition(accountId), sk: `IDEMPOTENCY#${hash}` };
}
