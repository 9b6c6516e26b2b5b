import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { evidenceWaitMs } from "../../shared/messages/claim-rules.ts";
import { type ClaimRequest, type ClaimStore, claimStore } from "../../shared/messages/claim-store.ts";
import type { Claim, MessageLog } from "../../shared/messages/message.ts";
import { type MessageStore, messageStore } from "../../shared/messages/message-store.ts";
import { newId } from "../../shared/platform/ids.ts";

import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
const accountId = 7;
const log: MessageLog = {
  stream: "bulk",
  domainName: "example.com",
  from: "shop@example.com",
  to: "anna@example.org",
  recipientKind: "to",
  subject: "Hello",
  acceptedAt: noon,
  customVariables: { order: "42" },
};

await onEachDynamoEngine("messages", (dynamo) => {
  let claims: ClaimStore;
  let messages: MessageStore;

  beforeAll(() => {
    const { client, tables } = dynamo;
    messages = messageStore({ client, table: tables.messages, clock });
    claims = claimStore({ client, table: tables.messages, statsTable: tables.stats, clock, takeUnit });
  });

  /** Stands for the quota's counter, in the same table. */
  function takeUnit(of: { accountId: number; submissionId: string }) {
    return {
      Update: {
        TableName: dynamo.tables.messages,
        Key: { pk: `ACCOUNT#${of.accountId}`, sk: "QUOTA" },
        UpdateExpression: "ADD taken :one",
        ConditionExpression: "attribute_not_exists(#pending)",
        ExpressionAttributeNames: { "#pending": of.submissionId },
        ExpressionAttributeValues: { ":one": 1 },
      },
    };
  }

  async function unitsTaken(): Promise<number> {
    const { Attributes } = await dynamo.client.send(
      new UpdateCommand({
        TableName: dynamo.tables.messages,
        Key: { pk: `ACCOUNT#${accountId}`, sk: "QUOTA" },
        UpdateExpression: "ADD taken :none",
        ExpressionAttributeValues: { ":none": 0 },
        ReturnValues: "ALL_NEW",
      }),
    );
    return Number(Attributes?.["taken"]);
  }

  function request(messageId: string, change: Partial<ClaimRequest> = {}): ClaimRequest {
    const claimUntil = clock.now() + 90_000;
    return { accountId, messageId, submissionId: "s1", log, route: "ses", claimUntil, ...change };
  }

  async function claimed(messageId: string, change: Partial<ClaimRequest> = {}): Promise<Claim> {
    const answer = await claims.claim(request(messageId, change));
    if (answer.kind !== "mine") throw new Error(`not mine but ${answer.kind}`);
    return answer.claim;
  }

  describe("claiming a message", () => {
    it.each([{ "": "nameless" }, { pk: "a.b", "#x": "", $: ":y" }])(
      "keeps the customer's own variables, whatever their names: %j",
      async (customVariables) => {
        const messageId = newId(noon);
        await claimed(messageId, { log: { ...log, customVariables } });
        expect(await messages.get({ accountId, messageId })).toMatchObject({ customVariables });
      },
    );

    it("writes the log row and the claim at once", async () => {
      const messageId = newId(noon);
      const claim = await claimed(messageId);

      expect(await messages.get({ accountId, messageId })).toEqual({
        ...claim,
        ...log,
        state: "claimed",
        status: "enqueued",
        logged: true,
        expiresAt: noon / 1000 + 32 * 24 * 3600,
      });
    });

    it("succeeds for exactly one of many workers", async () => {
      const messageId = newId(noon);
      const answers = await Promise.all(Array.from({ length: 12 }, () => claims.claim(request(messageId))));

      expect(answers.filter(({ kind }) => kind === "mine")).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === "later")).toHaveLength(11);
    });

    it("takes a dead worker's message over exactly once, as a further attempt", async () => {
      const messageId = newId(noon);
      const { claimUntil } = await claimed(messageId);
      clock.set(claimUntil + evidenceWaitMs);
      const answers = await Promise.all(Array.from({ length: 8 }, () => claims.claim(request(messageId))));
      clock.set(noon);

      const mine = answers.filter((answer) => answer.kind === "mine");
      expect(mine).toHaveLength(1);
      expect(mine[0]?.claim).toMatchObject({ attempt: 2, route: "ses", mayHaveLeft: false });
    });

    it("stays on SMTP where the message may have left by it", async () => {
      const messageId = newId(noon);
      const { claimUntil } = await claimed(messageId, { route: "smtp" });
      clock.set(claimUntil);
      const again = await claimed(messageId);
      clock.set(noon);

      expect(again).toMatchObject({ route: "smtp", mayHaveLeft: true });
    });

    it("ends as sent when the provider has the message, and does not send", async () => {
      const messageId = newId(noon);
      const { claimUntil } = await claimed(messageId);
      await messages.recordProviderAcceptance({
        accountId,
        messageId,
        providerMessageId: "p-1",
        acceptedAt: noon + 5,
      });
      clock.set(claimUntil + evidenceWaitMs);

      expect(await claims.claim(request(messageId))).toEqual({ kind: "done" });
      clock.set(noon);
      expect(await messages.get({ accountId, messageId })).toMatchObject({
        state: "sent",
        providerMessageId: "p-1",
        acceptedByProviderAt: noon + 5,
      });
    });

    it("takes a released message together with one unit of the quota, once", async () => {
      const messageId = newId(noon);
      await messages.markReleased(accountId, [messageId]);
      const before = await unitsTaken();
      const answers = await Promise.all(Array.from({ length: 6 }, () => claims.claim(request(messageId))));

      expect(answers.filter(({ kind }) => kind === "mine")).toHaveLength(1);
      expect(await unitsTaken()).toBe(before + 1);
      expect(await messages.get({ accountId, messageId })).toMatchObject({ ...log, state: "claimed" });
    });

    it("waits with a released message whose unit is still reserved", async () => {
      const messageId = newId(noon);
      await messages.markReleased(accountId, [messageId]);
      await dynamo.client.send(
        new UpdateCommand({
          TableName: dynamo.tables.messages,
          Key: { pk: `ACCOUNT#${accountId}`, sk: "QUOTA" },
          UpdateExpression: "SET pendingSubmission = :yes",
          ExpressionAttributeValues: { ":yes": true },
        }),
      );
      const before = await unitsTaken();

      const answer = await claims.claim(request(messageId, { submissionId: "pendingSubmission" }));

      expect(answer).toEqual({ kind: "later", at: noon + 60_000 });
      expect(await unitsTaken()).toBe(before);
      expect(await messages.get({ accountId, messageId })).toMatchObject({ state: "released" });
    });

    it("leaves a refused message alone", async () => {
      const messageId = newId(noon);
      await messages.markRefused(accountId, [messageId]);

      expect(await claims.claim(request(messageId))).toEqual({ kind: "done" });
    });
  });

  describe("settling a message", () => {
    it("is the claim's right alone", async () => {
      const messageId = newId(noon);
      const first = await claimed(messageId);
      clock.set(first.claimUntil + evidenceWaitMs);
      const second = await claimed(messageId);
      clock.set(noon);

      expect(await claims.settle(first, { state: "failed", reason: "late" })).toBe(false);
      expect(await claims.reroute(first, "smtp")).toBe(false);
      expect(await claims.settle(second, { state: "sent", rfcMessageId: "<1@x>" })).toBe(true);
      expect(await messages.get({ accountId, messageId })).toMatchObject({
        state: "sent",
        rfcMessageId: "<1@x>",
      });
    });

    it("as failed keeps why, and leaves it to the events to say what the log shows", async () => {
      const messageId = newId(noon);
      await claims.settle(await claimed(messageId), { state: "failed", reason: "550 5.1.1" });

      expect(await messages.get({ accountId, messageId })).toMatchObject({
        state: "failed",
        status: "enqueued",
        reason: "550 5.1.1",
      });
    });

    it("as a retry opens it again when it is due, under the next number", async () => {
      const messageId = newId(noon);
      await claims.settle(await claimed(messageId), {
        state: "retry",
        reason: "451",
        nextAttemptAt: noon + 60_000,
      });

      expect(await claims.claim(request(messageId))).toEqual({
        kind: "later",
        at: noon + 60_000,
      });
      clock.set(noon + 60_000);
      expect(await claimed(messageId)).toMatchObject({ attempt: 2 });
      clock.set(noon);
    });
  });

  describe("waiting for the next hour", () => {
    it("shows in the log and can be claimed as a first attempt", async () => {
      const messageId = newId(noon);
      const next = noon + 3_600_000;

      expect(await claims.postpone({ accountId, messageId }, log, next)).toEqual({
        waits: true,
        inLog: true,
      });
      expect(await claims.postpone({ accountId, messageId }, log, next + 3_600_000)).toMatchObject({
        waits: true,
      });
      expect(await messages.get({ accountId, messageId })).toMatchObject({
        ...log,
        state: "waiting",
        nextAttemptAt: next + 3_600_000,
      });
      expect(await claimed(messageId)).toMatchObject({ attempt: 1 });
    });

    it("is not for a message that is settled, and does not disturb one that is under way", async () => {
      const [settled, under] = [newId(noon), newId(noon)];
      await claims.settle(await claimed(settled), { state: "failed", reason: "no" });
      const claim = await claimed(under);

      expect(await claims.postpone({ accountId, messageId: settled }, log, noon)).toMatchObject({
        waits: false,
      });
      expect(await claims.postpone({ accountId, messageId: under }, log, noon)).toMatchObject({
        waits: true,
      });
      expect(await claims.settle(claim, { state: "failed", reason: "no" })).toBe(true);
    });
  });

  it("is not in the log as long as its customer was told that it is refused, or its unit is given back", async () => {
    const [refused, released] = [newId(noon), newId(noon)];
    await messages.markRefused(accountId, [refused]);
    await messages.markReleased(accountId, [released]);

    expect(await claims.postpone({ accountId, messageId: refused }, log, noon)).toEqual({
      waits: false,
      inLog: false,
    });
    expect(await claims.postpone({ accountId, messageId: released }, log, noon)).toEqual({
      waits: true,
      inLog: false,
    });
  });

  describe("what became of messages", () => {
    it("is told for as many as are asked for, and nothing of those without a row", async () => {
      const ids = Array.from({ length: 230 }, () => newId(noon));
      await messages.markRefused(accountId, ids.slice(0, 150));

      const states = await messages.statesOf(accountId, [...ids, ...ids.slice(0, 3)]);

      expect(states.size).toBe(150);
      expect(new Set(states.values())).toEqual(new Set(["refused"]));
      expect((await messages.statesOf(accountId + 1, ids)).size).toBe(0);
    });

    it("refuses only those that no worker knows, however often it is asked", async () => {
      const [known, unknown] = [newId(noon), newId(noon)];
      await claimed(known);

      expect(await messages.markRefused(accountId, [known, unknown])).toEqual([unknown]);
      expect(await messages.markRefused(accountId, [known, unknown])).toEqual([unknown]);
    });

    it("counts a released message as released even after a worker has taken it back", async () => {
      const [lost, late, known] = [newId(noon), newId(noon), newId(noon)];
      await claimed(known);
      expect(await messages.markReleased(accountId, [lost, late, known])).toEqual([lost, late]);
      await claimed(late);

      expect(await messages.markReleased(accountId, [lost, late, known])).toEqual([lost, late]);
    });

    it("is learnt from the provider once, and makes no row of a message that has none", async () => {
      const acceptance = { accountId, messageId: newId(noon), providerMessageId: "p-1", acceptedAt: noon };
      expect(await messages.recordProviderAcceptance(acceptance)).toBe(false);
      expect(await messages.get(acceptance)).toBeUndefined();
      await claimed(acceptance.messageId);

      expect(await messages.recordProviderAcceptance(acceptance)).toBe(true);
      expect(await messages.recordProviderAcceptance({ ...acceptance, providerMessageId: "p-2" })).toBe(
        false,
      );
      expect(await messages.get(acceptance)).toMatchObject({ providerMessageId: "p-1" });
    });
  });
});
