import type { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { webhookRoutes } from "../../functions/api/routes/webhooks.ts";
import { endpointClient } from "../../shared/webhooks/endpoint-client.ts";
import type { SecretClient } from "../../shared/webhooks/secret-client.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import type { Webhook } from "../../shared/webhooks/webhook.ts";
import { type WebhookStore, webhookStore } from "../../shared/webhooks/webhook-store.ts";
import { type ApiClient, apiClient } from "./api-service.ts";
import { createTables, documentClientFor } from "./dynamodb.ts";
import { type SendService, startSendService } from "./send-service.ts";
import { settableClock } from "./test-table.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

const url = "https://hooks.example.net/in";
export const wantedWebhook = {
  url,
  webhook_type: "email_sending",
  sending_stream: "transactional",
  event_types: ["delivery", "spam_complaint"],
};
export const storedWebhook = {
  ...{ url, type: "email_sending", stream: "transactional", domainId: null, eventTypes: [] },
  ...{ active: true, payloadFormat: "json", sealedSecret: "", createdAt: 0, failures: 0 },
} as const satisfies Omit<Webhook, "accountId" | "webhookId">;

/** Reversed, so that what is stored is not what is told. */
export const secrets: SecretClient = {
  seal: async (_, secret) => `sealed ${[...secret].toReversed().join("")}`,
  open: async ({ sealedSecret }: Webhook) => [...sealedSecret.replace("sealed ", "")].toReversed().join(""),
};

interface SentTick {
  readonly tick: unknown;
  readonly delay: number | undefined;
}

function queueInto(sent: SentTick[]): SQSClient {
  const sqs = {
    send: async ({ input }: { input: { MessageBody: string; DelaySeconds?: number } }) => {
      sent.push({ tick: JSON.parse(input.MessageBody), delay: input.DelaySeconds });
    },
  };
  return sqs as unknown as SQSClient;
}

/** Every host is a public one, but `inside.example`. */
const resolve = async (host: string) => [
  { address: host === "inside.example" ? "10.0.0.7" : "93.184.215.14", family: 4 },
];

/** The routes of webhooks for the tests of a file; before each a new account. */
export function useWebhookApi() {
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  const sent: SentTick[] = [];
  let service: SendService;
  let webhooks: WebhookStore;
  let clients: { readonly strict: ApiClient; readonly local: ApiClient };
  let receiver: WebhookReceiver;
  let account: Awaited<ReturnType<SendService["account"]>>;

  beforeAll(async () => {
    service = await startSendService(clock);
    receiver = await startWebhookReceiver();
    const { webhooks: table } = await createTables(service.dynamo);
    webhooks = webhookStore({ client: documentClientFor(service.dynamo), table, clock });
    const ticks = tickQueueClient({ sqs: queueInto(sent), queueUrl: "ticks", clock });
    const { accounts, domains } = service;
    const clientFor = (endpoints: ReturnType<typeof endpointClient>) =>
      apiClient(service, webhookRoutes({ accounts, domains, webhooks, ticks, secrets, clock, endpoints }));
    const strict = clientFor(endpointClient({ allowPrivate: false, resolve }));
    clients = { strict, local: clientFor(endpointClient({ allowPrivate: true })) };
  });
  afterAll(async () => {
    await receiver.stop();
    await service.stop();
  });
  beforeEach(async () => {
    account = await service.account();
    sent.length = 0;
  });

  const ask: ApiClient = (...request) => clients.strict(...request);
  const post = (wish: object, client: ApiClient) => {
    const body = { webhook: { ...wantedWebhook, ...wish } };
    return client("POST", "/api/webhooks", { token: account.token, body });
  };
  return {
    ...{ clock, sent, ask },
    /** Asks where webhooks may lead to this machine. */
    askLocally: (...request: Parameters<ApiClient>) => clients.local(...request),
    get service() {
      return service;
    },
    get webhooks() {
      return webhooks;
    },
    get receiver() {
      return receiver;
    },
    get account() {
      return account;
    },
    create: async (wish: object = {}, client = ask) => createdOf(await post(wish, client)),
    refused: (wish: object) => post(wish, ask),
  };
}

function createdOf({ status, body }: Awaited<ReturnType<ApiClient>>) {
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { data: { id: number; signing_secret: string } }).data;
}
