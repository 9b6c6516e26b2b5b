import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../shared/platform/ids.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import { clientFor, documentClientFor } from "../support/dynamodb.ts";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { itemsOf } from "../support/local-tables.ts";
import { officialClient } from "../support/official-client.ts";
import { post } from "../support/send.ts";
import { isSignedBy, startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

let cloud: LocalCloud;
let receiver: WebhookReceiver;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  return () => receiver.stop();
});

const usual: Omit<CreateWebhookParams, "url"> = {
  webhook_type: "email_sending",
  sending_stream: "transactional",
  event_types: ["delivery", "bounce"],
};

type CreateWebhookParams = Parameters<ReturnType<typeof officialClient>["webhooks"]["create"]>[0];

/** A customer of its own, with a webhook. */
async function subscriber(to: WebhookReceiver) {
  const customer = await cloud.newAccount({});
  const client = officialClient({ ...customer, urls: cloud.urls });
  const { data } = await client.webhooks.create({ ...usual, url: to.url });
  return { ...customer, client, webhookId: data.id, secret: data.signing_secret };
}

async function send(customer: Customer, ...to: string[]): Promise<void> {
  const email = { from: { email: `hello@${customer.domain}` }, subject: "Hi", text: "Hello" };
  const recipients = to.map((address) => ({ email: address }));
  expect((await post(cloud, { ...email, to: recipients }, { token: customer.token })).status).toBe(200);
}

const waiting = async (accountId: number) => {
  const items = await itemsOf((await cloud.awsEndpoints()).DYNAMODB, "WebhooksTable");
  return items.filter(({ pk, sk }) => pk === `ACCOUNT#${accountId}` && String(sk).startsWith("BACKLOG#"))
    .length;
};

/** So many events wait, and whatever follows from that is done. */
async function untilWaiting(accountId: number, count: number): Promise<void> {
  await eventually(async () => expect(await waiting(accountId)).toBe(count), 60_000);
  await untilAtRest();
}

/** What is noted after a call is noted by the time at which the call was made. */
async function untilAtRest(): Promise<void> {
  await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true));
}

const told = (to: WebhookReceiver) => to.events().map(({ email }) => String(email));

describe("a webhook", () => {
  it("made by the official client gets what became of messages, signed as the client verifies it", async () => {
    const { client, webhookId, secret, ...customer } = await subscriber(receiver);
    expect(await client.webhooks.get(webhookId)).toMatchObject({ data: { ...usual, domain_id: null } });
    await send(customer, "reader@example.net", "bounce@simulator.amazonses.com");
    await untilWaiting(customer.accountId, 2);
    expect(receiver.attempts()).toBe(0);

    await cloud.advanceClock({ seconds: 30 });
    await eventually(() => expect(receiver.calls).toHaveLength(1));
    const [call] = receiver.calls;
    expect(call && isSignedBy(secret, call)).toBe(true);
    expect(call?.events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...{ event: "delivery", email: "reader@example.net", sending_stream: "transactional" },
          ...{ sending_domain_name: customer.domain, message_id: expect.any(String) },
          ...{ event_id: expect.any(String), timestamp: expect.any(Number) },
        }),
        expect.objectContaining({ event: "bounce", response_code: 550, bounce_category: "badrecipient" }),
      ]),
    );

    const changed = await client.webhooks.update(webhookId, { payload_format: "jsonlines" });
    expect(changed.data).toMatchObject({ payload_format: "jsonlines", sending_stream: "transactional" });
    expect((await client.webhooks.getList()).data.map(({ id }) => id)).toEqual([webhookId]);
    expect((await client.webhooks.delete(webhookId)).data.id).toBe(webhookId);
    await expect(client.webhooks.get(webhookId)).rejects.toThrow("Not Found");
  });

  it("is tested, and told again of what is past", async () => {
    const { client: _, webhookId, ...customer } = await subscriber(receiver);
    const request = (action: string, body: object = {}) =>
      fetch(`${cloud.urls.api}/api/webhooks/${webhookId}/${action}`, {
        method: "POST",
        headers: { authorization: `Bearer ${customer.token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect(await (await request("test")).json()).toEqual({
      data: { success: true, status: 200, error: null },
    });
    expect(receiver.events().map(({ event }) => event)).toEqual(["delivery", "bounce"]);

    const from = (await cloud.now()).toISOString();
    await send(customer, "again@example.net");
    await untilWaiting(customer.accountId, 1);
    await cloud.advanceClock({ seconds: 30 });
    await eventually(() => expect(receiver.calls).toHaveLength(2));
    const to = (await cloud.now()).toISOString();
    expect((await request("replay", { from, to })).status).toBe(202);
    await eventually(() => expect(receiver.calls).toHaveLength(3));
    expect(receiver.calls[2]?.events).toEqual(receiver.calls[1]?.events);
  });
});

describe("an endpoint that is down", () => {
  it("for three hours gets everything then; 201 minutes more pause it, and nothing is lost by that", async () => {
    const { client, webhookId, ...customer } = await subscriber(receiver);
    const retries = async (count: number) => {
      for (let retry = 0; retry < count; retry++) {
        await untilAtRest();
        const attempts = receiver.attempts();
        await cloud.advanceClock({ minutes: 5 });
        await eventually(() => expect(receiver.attempts()).toBe(attempts + 1));
      }
    };

    receiver.is("down");
    await send(customer, "first@example.net");
    await untilWaiting(customer.accountId, 1);
    await cloud.advanceClock({ seconds: 30 });
    await eventually(() => expect(receiver.attempts()).toBe(1));
    await retries(35);
    await send(customer, "second@example.net");
    await untilWaiting(customer.accountId, 2);
    expect(receiver.calls).toEqual([]);
    receiver.is("up");
    await retries(1);
    await eventually(() => expect(told(receiver)).toEqual(["first@example.net", "second@example.net"]));
    await untilWaiting(customer.accountId, 0);

    receiver.is("down");
    await send(customer, "third@example.net");
    await untilWaiting(customer.accountId, 1);
    await cloud.advanceClock({ seconds: 30 });
    await eventually(() => expect(receiver.attempts()).toBe(38));
    await retries(40);
    await eventually(async () => {
      expect((await client.webhooks.get(webhookId)).data.active).toBe(false);
    });
    await cloud.advanceClock({ minutes: 1 });
    await eventually(async () => {
      const notices = (await cloud.mailbox()).filter(({ subject }) => subject.includes("is paused"));
      expect(notices.map(({ envelope }) => envelope.to[0]?.address)).toEqual([`owner@${customer.domain}`]);
    });

    receiver.is("up");
    await send(customer, "meanwhile@example.net");
    await untilWaiting(customer.accountId, 2);
    await client.webhooks.update(webhookId, { active: true });
    await eventually(() =>
      expect(told(receiver).slice(2)).toEqual(["third@example.net", "meanwhile@example.net"]),
    );
    expect(await cloud.deadLetters()).toBe(0);
  }, 400_000);

  it("with 10,000 waiting events and a call that hangs keeps no other account waiting", async () => {
    const dead = await startWebhookReceiver();
    dead.is("silent");
    const victim = await subscriber(dead);
    await fill(victim, 10_000);
    const other = await subscriber(receiver);
    await send(other, "prompt@example.net");
    await untilWaiting(other.accountId, 1);
    await tick(victim);
    await eventually(() => expect(dead.attempts()).toBe(1));

    // The rest of the half minute passes by itself: what the test takes for looking is not added to it.
    await cloud.advanceClock({ seconds: 20 });
    await eventually(() => expect(told(receiver)).toEqual(["prompt@example.net"]));
    const [event] = receiver.events();
    const took = (await cloud.now()).getTime() / 1000 - Number(event?.["timestamp"]);
    expect({ took, isInTime: took <= 35 }).toMatchObject({ isInTime: true });
    expect(dead.attempts()).toBe(1);
    await dead.stop();
  });
});

type Subscriber = Awaited<ReturnType<typeof subscriber>>;

/** Lets events wait for a webhook, as the recorder does. */
async function fill({ accountId, webhookId }: Subscriber, count: number): Promise<void> {
  const client = documentClientFor(clientFor((await cloud.awsEndpoints()).DYNAMODB));
  const clock = { now: () => Date.now() };
  const backlog = backlogStore({ client, table: "Postern-WebhooksTable", clock });
  const at = (await cloud.now()).getTime();
  const events = Array.from({ length: count }, (_, n) => {
    const eventId = newId(at);
    return {
      webhookId,
      at: at + n,
      eventId,
      payload: JSON.stringify({ event: "delivery", event_id: eventId }),
    };
  });
  await backlog.put(accountId, events);
  client.destroy();
}

async function tick({ accountId, webhookId }: Subscriber): Promise<void> {
  const sqs = new SQSClient({
    endpoint: (await cloud.awsEndpoints()).SQS,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const url = `${(await cloud.awsEndpoints()).SQS}/000000000000/Postern-WebhookTicksQueue`;
  await sqs.send(
    new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify({ accountId, webhookId }) }),
  );
  sqs.destroy();
}
