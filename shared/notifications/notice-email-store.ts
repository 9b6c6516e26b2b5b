import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { refusedWrite } from "../platform/refused-writes.ts";
import { noticeSchema } from "./notice.ts";
import { type NoticeId, type NoticeTable, noticeIdOfKey, noticeKey } from "./notice-table-store.ts";

/** Longer than who sends can live. Who finds it over cannot know whether anything was sent. */
const claimMs = 5 * 60_000;

const claimedSchema = noticeSchema.extend({ emailTries: z.number().int() });

/** A notice that its claimer, and nobody else, sends now. */
export type ClaimedNotice = z.infer<typeof claimedSchema>;

export interface DueEmail extends NoticeId {
  /** Epoch ms. */
  readonly emailAt: number;
}

export type NoticeEmailStore = ReturnType<typeof noticeEmailStore>;

/** Notices that are still to be sent by email, found by time. */
export function noticeEmailStore({ client, table, clock }: NoticeTable) {
  return {
    /** The longest due first. */
    async due(limit: number): Promise<DueEmail[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: "byEmailTime",
          KeyConditionExpression: "emailState = :due AND emailAt <= :now",
          ExpressionAttributeValues: { ":due": "due", ":now": clock.now() },
          Limit: limit,
        }),
      );
      return Items.map((item) => ({ ...noticeIdOfKey(item), emailAt: Number(item["emailAt"]) }));
    },

    /** Takes a due notice for some minutes; undefined if somebody else has it, or has sent it. */
    async claim({ emailAt, ...id }: DueEmail): Promise<ClaimedNotice | undefined> {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: table,
            Key: noticeKey(id),
            UpdateExpression: "SET emailAt = :until, emailTries = emailTries + :one",
            ConditionExpression: "emailState = :due AND emailAt = :seen",
            ExpressionAttributeValues: {
              ...{ ":until": clock.now() + claimMs, ":one": 1, ":due": "due", ":seen": emailAt },
            },
            ReturnValues: "ALL_NEW",
          }),
        );
        return claimedSchema.parse(Attributes);
      } catch (error) {
        if (refusedWrite(error)) return undefined;
        throw error;
      }
    },

    /** Notes that nothing is left to send: it was sent, or it cannot be. */
    async settle(id: NoticeId, outcome: "sent" | "given up"): Promise<void> {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: noticeKey(id),
          UpdateExpression: `SET ${outcome === "sent" ? "emailedAt" : "emailGivenUpAt"} = :now REMOVE emailState, emailAt`,
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":now": clock.now() },
        }),
      );
    },

    /** Lets a claimed notice wait so long. */
    async postpone(id: NoticeId, ms: number): Promise<void> {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: noticeKey(id),
          UpdateExpression: "SET emailAt = :later",
          ConditionExpression: "emailState = :due",
          ExpressionAttributeValues: { ":later": clock.now() + ms, ":due": "due" },
        }),
      );
    },
  };
}
