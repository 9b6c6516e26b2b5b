import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll } from "vitest";
import { type ClaimRequest, type ClaimStore, claimStore } from "../../shared/messages/claim-store.ts";
import type { Claim, MessageLog } from "../../shared/messages/message.ts";
import { type MessageStore, messageStore } from "../../shared/messages/message-store.ts";
import type { TestDynamo } from "./dynamodb.ts";
import { settableClock } from "./test-table.ts";

export const noon = Date.UTC(2026, 0, 31, 12);
export const accountId = 7;
export const log: MessageLog = {
  stream: "bulk",
  domainName: "example.com",
  from: "shop@example.com",
  to: "anna@example.org",
  recipientKind: "to",
  subject: "Hello",
  acceptedAt: noon,
  customVariables: { order: "42" },
};

/** The stores of messages and of their claims, for the tests of a `describe`; the clock stands at noon. */
export function useMessages(dynamo: TestDynamo) {
  const clock = settableClock(noon);
  let claims: ClaimStore;
  let messages: MessageStore;

  beforeAll(() => {
    const { client, tables } = dynamo;
    const takeUnit = takeUnitIn(tables.messages);
    messages = messageStore({ client, table: tables.messages, clock });
    claims = claimStore({ client, table: tables.messages, statsTable: tables.stats, clock, takeUnit });
  });

  const request = (messageId: string, change: Partial<ClaimRequest> = {}): ClaimRequest => {
    const claimUntil = clock.now() + 90_000;
    return { accountId, messageId, submissionId: "s1", log, route: "ses", claimUntil, ...change };
  };

  return {
    ...{ clock, request },
    get claims() {
      return claims;
    },
    get messages() {
      return messages;
    },
    claimed: async (messageId: string, change: Partial<ClaimRequest> = {}): Promise<Claim> => {
      const answer = await claims.claim(request(messageId, change));
      if (answer.kind !== "mine") throw new Error(`not mine but ${answer.kind}`);
      return answer.claim;
    },
    unitsTaken: () => unitsTaken(dynamo),
  };
}

/** Stands for the quota's counter, in the same table. */
function takeUnitIn(TableName: string) {
  return (of: { accountId: number; submissionId: string }) => ({
    Update: {
      TableName,
      Key: { pk: `ACCOUNT#${of.accountId}`, sk: "QUOTA" },
      UpdateExpression: "ADD taken :one",
      ConditionExpression: "attribute_not_exists(#pending)",
      ExpressionAttributeNames: { "#pending": of.submissionId },
      ExpressionAttributeValues: { ":one": 1 },
    },
  });
}

async function unitsTaken({ client, tables }: TestDynamo): Promise<number> {
  const { Attributes } = await client.send(
    new UpdateCommand({
      TableName: tables.messages,
      Key: { pk: `ACCOUNT#${accountId}`, sk: "QUOTA" },
      UpdateExpression: "ADD taken :none",
      ExpressionAttributeValues: { ":none": 0 },
      ReturnValues: "ALL_NEW",
    }),
  );
  return Number(Attributes?.["taken"]);
}
