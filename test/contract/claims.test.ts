import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { evidenceWaitMs } from "../../shared/messages/claim-rules.ts";
import { newId } from "../../shared/platform/ids.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { accountId, log, noon, useMessages } from "../support/message-table.ts";

await onEachDynamoEngine("claiming a message", (dynamo) => {
  const table = useMessages(dynamo);
  const { claimed, clock, request, unitsTaken } = table;

  it.each([{ "": "nameless" }, { pk: "a.b", "#x": "", $: ":y" }])(
    "keeps the customer's own variables, whatever their names: %j",
    async (customVariables) => {
      const messageId = newId(noon);
      await claimed(messageId, { log: { ...log, customVariables } });
      expect(await table.messages.get({ accountId, messageId })).toMatchObject({ customVariables });
    },
  );

  it("writes the log row and the claim at once", async () => {
    const messageId = newId(noon);
    const claim = await claimed(messageId);

    expect(await table.messages.get({ accountId, messageId })).toEqual({
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
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => table.claims.claim(request(messageId))),
    );

    expect(answers.filter(({ kind }) => kind === "mine")).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === "later")).toHaveLength(11);
  });

  it("takes a dead worker's message over exactly once, as a further attempt", async () => {
    const messageId = newId(noon);
    const { claimUntil } = await claimed(messageId);
    clock.set(claimUntil + evidenceWaitMs);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => table.claims.claim(request(messageId))),
    );
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
    await table.messages.recordProviderAcceptance({
      accountId,
      messageId,
      providerMessageId: "p-1",
      acceptedAt: noon + 5,
    });
    clock.set(claimUntil + evidenceWaitMs);

    expect(await table.claims.claim(request(messageId))).toEqual({ kind: "done" });
    clock.set(noon);
    expect(await table.messages.get({ accountId, messageId })).toMatchObject({
      state: "sent",
      providerMessageId: "p-1",
      acceptedByProviderAt: noon + 5,
    });
  });

  it("takes a released message together with one unit of the quota, once", async () => {
    const messageId = newId(noon);
    await table.messages.markReleased(accountId, [messageId]);
    const before = await unitsTaken();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => table.claims.claim(request(messageId))),
    );

    expect(answers.filter(({ kind }) => kind === "mine")).toHaveLength(1);
    expect(await unitsTaken()).toBe(before + 1);
    expect(await table.messages.get({ accountId, messageId })).toMatchObject({ ...log, state: "claimed" });
  });

  it("waits with a released message whose unit is still reserved", async () => {
    const messageId = newId(noon);
    await table.messages.markReleased(accountId, [messageId]);
    await dynamo.client.send(
      new UpdateCommand({
        TableName: dynamo.tables.messages,
        Key: { pk: `ACCOUNT#${accountId}`, sk: "QUOTA" },
        UpdateExpression: "SET pendingSubmission = :yes",
        ExpressionAttributeValues: { ":yes": true },
      }),
    );
    const before = await unitsTaken();

    const answer = await table.claims.claim(request(messageId, { submissionId: "pendingSubmission" }));

    expect(answer).toEqual({ kind: "later", at: noon + 60_000 });
    expect(await unitsTaken()).toBe(before);
    expect(await table.messages.get({ accountId, messageId })).toMatchObject({ state: "released" });
  });

  it("leaves a refused message alone", async () => {
    const messageId = newId(noon);
    await table.messages.markRefused(accountId, [messageId]);

    expect(await table.claims.claim(request(messageId))).toEqual({ kind: "done" });
  });
});
