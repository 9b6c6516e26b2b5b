import type { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { webhookTickSchema } from "../../../shared/contracts/webhook-tick.ts";
import { endpointClient } from "../../../shared/webhooks/endpoint-client.ts";
import type { SecretClient } from "../../../shared/webhooks/secret-client.ts";
import { tickQueueClient } from "../../../shared/webhooks/tick-queue-client.ts";
import type { Webhook } from "../../../shared/webhooks/webhook.ts";
import { type WebhookStore, webhookStore } from "../../../shared/webhooks/webhook-store.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { createTables, documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import {
  isSignedBy,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../../test/support/webhook-receiver.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { webhookRoutes } from "./webhooks.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
const url = "https://hooks.example.net/in";
const wanted = {
  url,
  webhook_type: "email_sending",
  sending_stream: "transactional",
  event_types: ["delivery", "spam_complaint"],
};

const stored = {
  ...{ url, type: "email_sending", stream: "transactional", domainId: null, eventTypes: [] },
  ...{ active: true, payloadFormat: "json", sealedSecret: "", createdAt: 0, failures: 0 },
} as const satisfies Omit<Webhook, "accountId" | "webhookId">;

let service: SendService;
let webhooks: WebhookStore;
let ask: ApiClient;
let askLocally: ApiClient;
let receiver: WebhookReceiver;
let account: Awaited<ReturnType<SendService["account"]>>;
const sent: { tick: unknown; delay: number | undefined }[] = [];

/** Reversed, so that what is stored is not what is told. */
const secrets: SecretClient = {
  seal: async (_, secret) => `sealed ${[...secret].toReversed().join("")}`,
  open: async ({ sealedSecret }: Webhook) => [...sealedSecret.replace("sealed ", "")].toReversed().join(""),
};

beforeAll(async () => {
  service = await startSendService(clock);
  receiver = await startWebhookReceiver();
  const { webhooks: table } = await createTables(service.dynamo);
  webhooks = webhookStore({ client: documentClientFor(service.dynamo), table, clock });
  const sqs = {
    send: async ({ input }: { input: { MessageBody: string; DelaySeconds?: number } }) => {
      sent.push({ tick: JSON.parse(input.MessageBody), delay: input.DelaySeconds });
    },
  };
  const ticks = tickQueueClient({ sqs: sqs as unknown as SQSClient, queueUrl: "ticks", clock });
  const { accounts, domains } = service;
  const deps = { accounts, domains, webhooks, ticks, secrets, clock };
  const resolve = async (host: string) => [
    { address: host === "inside.example" ? "10.0.0.7" : "93.184.215.14", family: 4 },
  ];
  ask = apiClient(
    service,
    webhookRoutes({ ...deps, endpoints: endpointClient({ allowPrivate: false, resolve }) }),
  );
  askLocally = apiClient(
    service,
    webhookRoutes({ ...deps, endpoints: endpointClient({ allowPrivate: true }) }),
  );
});
afterAll(async () => {
  await receiver.stop();
  await service.stop();
});
beforeEach(async () => {
  account = await service.account();
  sent.length = 0;
});

async function create(wish: object = {}, client = ask) {
  const body = { webhook: { ...wanted, ...wish } };
  const answer = await client("POST", "/api/webhooks", { token: account.token, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return (answer.body as { data: { id: number; signing_secret: string } }).data;
}

const refused = (wish: object) =>
  ask("POST", "/api/webhooks", { token: account.token, body: { webhook: { ...wanted, ...wish } } });

describe("the vectors of webhooks", () => {
  it.each(readVectors("webhook-vectors.json"))("$id: $title", async (vector) => {
    const { id } = await create();
    const fixtures = { TOKEN: account.token, ACCOUNT_ID: account.accountId, WEBHOOK_ID: id };
    const { method, path, headers, body } = requestOf(vector, fixtures);
    const answer = await ask(method, path, { headers: lowerCase(headers), body });
    expect(answer.status).toBe(vector.expect.status);
    expect(mismatches(vector.expect.body, answer.body)).toEqual([]);
  });
});

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

describe("a webhook", () => {
  it("shows its secret when it is made, and never again", async () => {
    const { id, signing_secret: secret } = await create();
    const answers = [
      await ask("GET", "/api/webhooks", { token: account.viewerToken }),
      await ask("GET", `/api/webhooks/${id}`, { token: account.viewerToken }),
      await ask("PATCH", `/api/webhooks/${id}`, {
        token: account.token,
        body: { webhook: { active: false } },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(JSON.stringify(answers)).not.toContain("signing_secret");
    const stored = await webhooks.find({ accountId: account.accountId, webhookId: id });
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  it("is one of fifty at most, however many are made at the same time", async () => {
    for (let made = 0; made < 47; made += 1) {
      const webhookId = await service.accounts.nextId();
      await webhooks.create({ ...stored, accountId: account.accountId, webhookId });
    }
    const answers = await Promise.all(Array.from({ length: 6 }, () => refused({})));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 422, 422, 422]);
    expect(answers.find(({ status }) => status === 422)?.body).toEqual({
      errors: { base: ["An account has 50 webhooks at most"] },
    });
    expect(await webhooks.list(account.accountId)).toHaveLength(50);
  });

  it("is refused with the field's messages", async () => {
    expect(await refused({ url: undefined, event_types: [], sending_stream: undefined })).toMatchObject({
      status: 422,
      body: {
        errors: {
          url: ["can't be blank", "is invalid"],
          event_types: ["can't be blank"],
          sending_stream: ["can't be blank"],
        },
      },
    });
    const streams = "is invalid. Allowed values: transactional, bulk.";
    expect((await refused({ sending_stream: "fast" })).body).toEqual({
      errors: { sending_stream: [streams] },
    });
    for (const type of ["campaigns", "inbound_receiving", "x"]) {
      const text = "is invalid. Allowed values: email_sending, audit_log.";
      expect((await refused({ webhook_type: type })).body).toEqual({ errors: { webhook_type: [text] } });
    }
    expect((await refused({ event_types: ["sending"] })).status).toBe(422);
    expect((await refused({ domain_id: 999_999 })).body).toEqual({ errors: { domain_id: ["is invalid"] } });
    expect((await ask("POST", "/api/webhooks", { token: account.token, body: {} })).status).toBe(422);
    expect((await refused({ webhook_type: "audit_log" })).body).toEqual({
      errors: { webhook_type: ["is not part of your plan"] },
    });
  });

  it.each([
    "http://127.0.0.1/",
    "http://localhost:80/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "https://hooks.example.net:8443/",
  ])("never leads to %s", async (hostile) => {
    const strict = apiClient(
      service,
      webhookRoutes({
        ...{ accounts: service.accounts, domains: service.domains, webhooks, secrets, clock },
        ...{ ticks: undefined as never, endpoints: endpointClient({ allowPrivate: false }) },
      }),
    );
    const body = { webhook: { ...wanted, url: hostile } };
    expect(await strict("POST", "/api/webhooks", { token: account.token, body })).toMatchObject({
      status: 422,
      body: { errors: { url: ["must lead to a public address, on port 80 or 443"] } },
    });
  });

  it("never leads inside by a name, nor by a later change", async () => {
    expect((await refused({ url: "https://inside.example/" })).status).toBe(422);
    const { id } = await create();
    const body = { webhook: { url: "https://inside.example/" } };
    expect((await ask("PATCH", `/api/webhooks/${id}`, { token: account.token, body })).status).toBe(422);
  });

  it("changes in four fields, and in no other", async () => {
    const { id } = await create();
    const body = {
      webhook: {
        url: "https://other.example.net/",
        payload_format: "jsonlines",
        event_types: ["open", "open"],
        sending_stream: "bulk",
        webhook_type: "audit_log",
      },
    };
    const { body: changed } = await ask("PATCH", `/api/webhooks/${id}`, { token: account.token, body });
    expect(changed).toMatchObject({
      data: {
        ...{ id, url: "https://other.example.net/", payload_format: "jsonlines", event_types: ["open"] },
        ...{ sending_stream: "transactional", webhook_type: "email_sending", active: true },
      },
    });
  });

  it("gets what it has missed at once when it is switched on again", async () => {
    const { id } = await create();
    const at = { accountId: account.accountId, webhookId: id };
    await webhooks.change(at, { active: false });
    const body = { webhook: { active: true } };
    await ask("PATCH", `/api/webhooks/${id}`, { token: account.token, body });
    expect(sent).toContainEqual({ tick: at, delay: 0 });
  });

  it("is not there for another account, nor changed by who may only look", async () => {
    const { id } = await create();
    const other = await service.account();
    const paths = ["test", "replay", "reset_signing_secret"].map((action) => ["POST", `/${action}`] as const);
    const calls = [["GET", ""], ["PATCH", ""], ["DELETE", ""], ...paths] as const;
    for (const [method, suffix] of calls) {
      const path = `/api/webhooks/${id}${suffix}`;
      const body = { webhook: { active: false }, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" };
      expect(await ask(method, path, { token: other.token, body }), path).toMatchObject({
        status: 404,
        body: { error: "Not Found" },
      });
      if (method === "GET") continue;
      expect((await ask(method, path, { token: account.viewerToken, body })).status).toBe(403);
    }
    const list = await ask("GET", "/api/webhooks", { token: other.token });
    expect(list.body).toEqual({ data: [] });
    expect((await ask("GET", "/api/webhooks/x", { token: account.token })).status).toBe(404);
  });

  it("gets another secret, which signs from then on", async () => {
    const { id, signing_secret: before } = await create({ url: receiver.url }, askLocally);
    const path = `/api/webhooks/${id}/reset_signing_secret`;
    const { body } = await askLocally("POST", path, { token: account.token });
    const { signing_secret: after } = (body as { data: { signing_secret: string } }).data;
    expect(after).toMatch(/^[0-9a-f]{32}$/);
    expect(after).not.toBe(before);
    await askLocally("POST", `/api/webhooks/${id}/test`, { token: account.token });
    const call = receiver.calls.at(-1);
    expect(call && isSignedBy(after, call)).toBe(true);
  });

  it("is tested by a call with an event of each of its kinds", async () => {
    const { id } = await create({ url: receiver.url }, askLocally);
    const run = () => askLocally("POST", `/api/webhooks/${id}/test`, { token: account.token });
    expect((await run()).body).toEqual({ data: { success: true, status: 200, error: null } });
    expect(receiver.calls.at(-1)?.events.map(({ event }) => event)).toEqual(["delivery", "spam"]);
    receiver.is("down");
    expect((await run()).body).toEqual({
      data: { success: false, status: 503, error: "it answered 503" },
    });
    receiver.is("up");
  });

  it("is tested ten times a minute at most: each test waits for as long as the endpoint likes", async () => {
    const { id } = await create({ url: receiver.url }, askLocally);
    const run = () => askLocally("POST", `/api/webhooks/${id}/test`, { token: account.token });
    const statuses: number[] = [];
    for (let times = 0; times < 11; times += 1) statuses.push((await run()).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
  });

  it("is told again of a time that is past", async () => {
    const { id } = await create();
    const path = `/api/webhooks/${id}/replay`;
    const from = "2026-01-30T00:00:00Z";
    const to = "2026-01-31T00:00:00+01:00";
    expect((await ask("POST", path, { token: account.token, body: { from, to } })).status).toBe(202);
    const replay = { from: Date.parse(from), to: Date.parse(to) };
    expect(sent).toEqual([{ tick: { accountId: account.accountId, webhookId: id, replay }, delay: 0 }]);
    expect((await ask("POST", path, { token: account.token, body: { from: to, to: from } })).status).toBe(
      422,
    );
    expect((await ask("POST", path, { token: account.token, body: {} })).status).toBe(422);
  });

  it("is told again of a past time ten times in an hour at most, all of an account's together", async () => {
    const [one, two] = [await create(), await create()];
    const body = { from: "2026-01-30T00:00:00Z", to: "2026-01-31T00:00:00Z" };
    const replay = (id: unknown) => ask("POST", `/api/webhooks/${id}/replay`, { token: account.token, body });
    for (let times = 0; times < 10; times += 1) {
      expect((await replay(times % 2 ? one.id : two.id)).status).toBe(202);
    }
    clock.advance(30 * 60_000);
    const { status, headers } = await replay(one.id);
    expect([status, headers["retry-after"]]).toEqual([429, String(30 * 60)]);
    clock.advance(30 * 60_000);
    expect((await replay(one.id)).status).toBe(202);
    expect(sent).toHaveLength(11);
  });

  it("is told again from the log's beginning where the time begins before all times", async () => {
    const { id } = await create();
    const body = { from: "1066-10-14T00:00:00Z", to: "2026-01-31T00:00:00Z" };
    const path = `/api/webhooks/${id}/replay`;
    expect((await ask("POST", path, { token: account.token, body })).status).toBe(202);
    expect(sent.map(({ tick }) => webhookTickSchema.safeParse(tick).data?.replay)).toEqual([
      { from: 0, to: Date.parse(body.to) },
    ]);
  });
});
