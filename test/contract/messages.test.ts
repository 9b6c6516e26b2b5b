import { describe, expect, it } from "vitest";
import { evidenceWaitMs } from "../../shared/messages/claim-rules.ts";
import { newId } from "../../shared/platform/ids.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { accountId, log, noon, useMessages } from "../support/message-table.ts";

await onEachDynamoEngine("messages", (dynamo) => {
  const table = useMessages(dynamo);
  const { claimed, clock, request } = table;

  describe("settling a message", () => {
    it("is the claim's right alone", async () => {
      const messageId = newId(noon);
      const first = await claimed(messageId);
      clock.set(first.claimUntil + evidenceWaitMs);
      const second = await claimed(messageId);
      clock.set(noon);

      expect(await table.claims.settle(first, { state: "failed", reason: "late" })).toBe(false);
      expect(await table.claims.reroute(first, "smtp")).toBe(false);
      expect(await table.claims.settle(second, { state: "sent", rfcMessageId: "<1@x>" })).toBe(true);
      expect(await table.messages.get({ accountId, messageId })).toMatchObject({
        state: "sent",
        rfcMessageId: "<1@x>",
      });
    });

    it("as failed keeps why, and leaves it to the events to say what the log shows", async () => {
      const messageId = newId(noon);
      await table.claims.settle(await claimed(messageId), { state: "failed", reason: "550 5.1.1" });

      expect(await table.messages.get({ accountId, messageId })).toMatchObject({
        state: "failed",
        status: "enqueued",
        reason: "550 5.1.1",
      });
    });

    it("as a retry opens it again when it is due, under the next number", async () => {
      const messageId = newId(noon);
      await table.claims.settle(await claimed(messageId), {
        state: "retry",
        reason: "451",
        nextAttemptAt: noon + 60_000,
      });

      expect(await table.claims.claim(request(messageId))).toEqual({
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

      expect(await table.claims.postpone({ accountId, messageId }, log, next)).toEqual({
        waits: true,
        inLog: true,
      });
      expect(await table.claims.postpone({ accountId, messageId }, log, next + 3_600_000)).toMatchObject({
        waits: true,
      });
      expect(await table.messages.get({ accountId, messageId })).toMatchObject({
        ...log,
        state: "waiting",
        nextAttemptAt: next + 3_600_000,
      });
      expect(await claimed(messageId)).toMatchObject({ attempt: 1 });
    });

    it("is not for a message that is settled, and does not disturb one that is under way", async () => {
      const [settled, under] = [newId(noon), newId(noon)];
      await table.claims.settle(await claimed(settled), { state: "failed", reason: "no" });
      const claim = await claimed(under);

      expect(await table.claims.postpone({ accountId, messageId: settled }, log, noon)).toMatchObject({
        waits: false,
      });
      expect(await table.claims.postpone({ accountId, messageId: under }, log, noon)).toMatchObject({
        waits: true,
      });
      expect(await table.claims.settle(claim, { state: "failed", reason: "no" })).toBe(true);
    });
  });

  it("is not in the log as long as its customer was told that it is refused, or its unit is given back", async () => {
    const [refused, released] = [newId(noon), newId(noon)];
    await table.messages.markRefused(accountId, [refused]);
    await table.messages.markReleased(accountId, [released]);

    expect(await table.claims.postpone({ accountId, messageId: refused }, log, noon)).toEqual({
      waits: false,
      inLog: false,
    });
    expect(await table.claims.postpone({ accountId, messageId: released }, log, noon)).toEqual({
      waits: true,
      inLog: false,
    });
  });

  describe("what became of messages", () => {
    it("is told for as many as are asked for, and nothing of those without a row", async () => {
      const ids = Array.from({ length: 230 }, () => newId(noon));
      await table.messages.markRefused(accountId, ids.slice(0, 150));

      const states = await table.messages.statesOf(accountId, [...ids, ...ids.slice(0, 3)]);

      expect(states.size).toBe(150);
      expect(new Set(states.values())).toEqual(new Set(["refused"]));
      expect((await table.messages.statesOf(accountId + 1, ids)).size).toBe(0);
    });

    it("refuses only those that no worker knows, however often it is asked", async () => {
      const [known, unknown] = [newId(noon), newId(noon)];
      await claimed(known);

      expect(await table.messages.markRefused(accountId, [known, unknown])).toEqual([unknown]);
      expect(await table.messages.markRefused(accountId, [known, unknown])).toEqual([unknown]);
    });

    it("counts a released message as released even after a worker has taken it back", async () => {
      const [lost, late, known] = [newId(noon), newId(noon), newId(noon)];
      await claimed(known);
      expect(await table.messages.markReleased(accountId, [lost, late, known])).toEqual([lost, late]);
      await claimed(late);

      expect(await table.messages.markReleased(accountId, [lost, late, known])).toEqual([lost, late]);
    });

    it("is learnt from the provider once, and makes no row of a message that has none", async () => {
      const acceptance = { accountId, messageId: newId(noon), providerMessageId: "p-1", acceptedAt: noon };
      expect(await table.messages.recordProviderAcceptance(acceptance)).toBe(false);
      expect(await table.messages.get(acceptance)).toBeUndefined();
      await claimed(acceptance.messageId);

      expect(await table.messages.recordProviderAcceptance(acceptance)).toBe(true);
      expect(await table.messages.recordProviderAcceptance({ ...acceptance, providerMessageId: "p-2" })).toBe(
        false,
      );
      expect(await table.messages.get(acceptance)).toMatchObject({ providerMessageId: "p-1" });
    });
  });
});
