import * as z from "zod";
import type { AccountStore } from "../../../shared/accounts/account-store.ts";
import { auditNote } from "../../../shared/accounts/audit.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { callEndpoint } from "../../../shared/webhooks/call.ts";
import type { EndpointClient } from "../../../shared/webhooks/endpoint-client.ts";
import { flushAfterSeconds } from "../../../shared/webhooks/retry-rules.ts";
import { samplePayloads } from "../../../shared/webhooks/sample.ts";
import type { SecretClient } from "../../../shared/webhooks/secret-client.ts";
import { newSigningSecret } from "../../../shared/webhooks/signature.ts";
import type { TickQueueClient } from "../../../shared/webhooks/tick-queue-client.ts";
import { collects, type Webhook, type WebhookId } from "../../../shared/webhooks/webhook.ts";
import type { WebhookStore } from "../../../shared/webhooks/webhook-store.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRoute, route } from "../door/route.ts";
import {
  changedWebhookSchema,
  createdWebhookSchema,
  newWebhookSchema,
  replaySchema,
  shown,
  testResultSchema,
  webhookSchema,
} from "./webhook-fields.ts";

export interface WebhookDeps {
  readonly accounts: Pick<AccountStore, "nextId">;
  readonly domains: Pick<DomainStore, "get">;
  readonly webhooks: WebhookStore;
  readonly ticks: TickQueueClient;
  readonly secrets: SecretClient;
  readonly endpoints: EndpointClient;
  readonly clock: Clock;
}

const topic = "Webhooks";
/** Each event is stored once for each webhook that asks for it. */
const mostWebhooks = 50;
/** The HTTP API itself gives up after 30 s. */
const testTimeoutMs = 20_000;
const data = { 200: z.object({ data: webhookSchema }) };
const withSecret = { 200: z.object({ data: createdWebhookSchema }) };

/** Webhooks: where customers hear what became of their messages. */
export function webhookRoutes(deps: WebhookDeps): ApiRoute[] {
  return [
    listRoute(deps),
    createRoute(deps),
    getRoute(deps),
    changeRoute(deps),
    deleteRoute(deps),
    testRoute(deps),
    replayRoute(deps),
    resetSecretRoute(deps),
  ];
}

function listRoute({ webhooks }: WebhookDeps): ApiRoute {
  return route({
    method: "GET",
    path: "/webhooks",
    topic,
    summary: "List webhooks",
    access: "account viewer",
    responses: { 200: z.object({ data: z.array(webhookSchema) }) },
    handle: async ({ account }) => ({
      status: 200,
      body: { data: (await webhooks.list(account.id)).map(shown) },
    }),
  });
}

function createRoute(deps: WebhookDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/webhooks",
    topic,
    summary: "Create a webhook; only this answer shows the secret with which its calls are signed",
    access: "account admin",
    body: newWebhookSchema,
    responses: withSecret,
    async handle({ account, body: { webhook: wanted } }) {
      const accountId = account.id;
      await checkUrl(deps, wanted.url);
      if (wanted.webhook_type === "audit_log" && !account.planName.startsWith("enterprise")) {
        throw fieldErrors({ webhook_type: ["is not part of your plan"] });
      }
      const ofEmail = wanted.webhook_type === "email_sending" ? wanted : undefined;
      await checkDomain(deps, accountId, ofEmail?.domain_id ?? undefined);
      const secret = newSigningSecret();
      const id = { accountId, webhookId: await deps.accounts.nextId() };
      const webhook: Webhook = {
        ...id,
        url: wanted.url,
        active: wanted.active,
        type: wanted.webhook_type,
        payloadFormat: wanted.payload_format,
        stream: ofEmail?.sending_stream ?? null,
        domainId: ofEmail?.domain_id ?? null,
        eventTypes: [...new Set(ofEmail?.event_types)],
        sealedSecret: await deps.secrets.seal(id, secret),
        createdAt: deps.clock.now(),
        failures: 0,
      };
      if (!(await deps.webhooks.createWithin(mostWebhooks, webhook))) {
        throw fieldErrors({ base: [`An account has ${mostWebhooks} webhooks at most`] });
      }
      const made = { ...shown(webhook), signing_secret: secret };
      return { status: 200, body: { data: made }, audit: noted("created", id, { after: made }) };
    },
  });
}

function getRoute(deps: WebhookDeps): ApiRoute {
  return route({
    method: "GET",
    path: "/webhooks/{id}",
    topic,
    summary: "Get a webhook",
    access: "account viewer",
    responses: data,
    handle: async ({ account, params }) => ({
      status: 200,
      body: { data: shown(await found(deps, idOf(account.id, params))) },
    }),
  });
}

function changeRoute(deps: WebhookDeps): ApiRoute {
  return route({
    method: "PATCH",
    path: "/webhooks/{id}",
    topic,
    summary: "Change a webhook; switched on after a pause, it gets at once what it has missed",
    access: "account admin",
    body: changedWebhookSchema,
    responses: data,
    async handle({ account, params, body: { webhook: wanted } }) {
      const id = idOf(account.id, params);
      const before = await found(deps, id);
      const { type } = before;
      if (wanted.url !== undefined) await checkUrl(deps, wanted.url);
      const change = {
        url: wanted.url,
        active: wanted.active,
        payloadFormat: wanted.payload_format,
        eventTypes:
          type === "email_sending" && wanted.event_types ? [...new Set(wanted.event_types)] : undefined,
      };
      const isEmpty = Object.values(change).every((value) => value === undefined);
      const changed = isEmpty ? before : await deps.webhooks.change(id, change);
      if (changed === undefined) throw new PosternError("not_found");
      if (changed.active && (wanted.active === true || wanted.url !== undefined)) await wake(deps, id);
      const audit = noted("updated", id, { before: shown(before), after: shown(changed) });
      return { status: 200, body: { data: shown(changed) }, audit };
    },
  });
}

function deleteRoute({ webhooks, ticks }: WebhookDeps): ApiRoute {
  return route({
    method: "DELETE",
    path: "/webhooks/{id}",
    topic,
    summary: "Delete a webhook, and what waits for it",
    access: "account admin",
    responses: data,
    async handle({ account, params }) {
      const id = idOf(account.id, params);
      const removed = await webhooks.remove(id);
      if (removed === undefined) throw new PosternError("not_found");
      // For what waits; later than anybody remembers the webhook, who could add to it.
      await ticks.send(id, flushAfterSeconds);
      const audit = noted("deleted", id, { before: shown(removed) });
      return { status: 200, body: { data: shown(removed) }, audit };
    },
  });
}

function testRoute(deps: WebhookDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/webhooks/{id}/test",
    topic,
    summary: "Call a webhook's endpoint once, with made-up events, and tell what it answered",
    isExtension: true,
    access: "account admin",
    changesNothing: true,
    // Each waits for an endpoint, which may take its time, in a place that other customers need.
    pool: "webhook tests",
    responses: { 200: z.object({ data: testResultSchema }) },
    async handle({ account, params }) {
      const webhook = await found(deps, idOf(account.id, params));
      checkIsOfEmail(webhook);
      const payloads = samplePayloads(webhook, deps.clock.now());
      const outcome = await callEndpoint(deps, webhook, payloads, testTimeoutMs);
      const { status = null } = outcome;
      const error = outcome.ok ? null : outcome.reason;
      return { status: 200, body: { data: { success: outcome.ok, status, error } } };
    },
  });
}

function replayRoute(deps: WebhookDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/webhooks/{id}/replay",
    topic,
    summary: "Send again what happened in a time that is past, as far as the log reaches",
    pool: "webhook replays",
    isExtension: true,
    access: "account admin",
    body: replaySchema,
    responses: { 202: z.object({ data: webhookSchema }) },
    async handle({ account, params, body: { from, to } }) {
      const id = idOf(account.id, params);
      const webhook = await found(deps, id);
      checkIsOfEmail(webhook);
      if (!collects(webhook)) throw fieldErrors({ base: ["Webhook is not active"] });
      await deps.ticks.send({ ...id, replay: { from: epochMs(from), to: epochMs(to) } });
      return {
        status: 202,
        body: { data: shown(webhook) },
        audit: noted("replayed", id, { after: { from, to } }),
      };
    },
  });
}

function resetSecretRoute(deps: WebhookDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/webhooks/{id}/reset_signing_secret",
    topic,
    summary: "Give a webhook another signing secret, from now on, and show it this once",
    isExtension: true,
    access: "account admin",
    responses: withSecret,
    async handle({ account, params }) {
      const id = idOf(account.id, params);
      const secret = newSigningSecret();
      const sealedSecret = await deps.secrets.seal(id, secret);
      const changed = await deps.webhooks.change(id, { sealedSecret });
      if (changed === undefined) throw new PosternError("not_found");
      const audit = noted("secret_reset", id, { after: { signing_secret: secret } });
      return { status: 200, body: { data: { ...shown(changed), signing_secret: secret } }, audit };
    },
  });
}

function noted(
  verb: string,
  { webhookId }: WebhookId,
  change: { before?: Record<string, unknown>; after?: Record<string, unknown> },
) {
  return auditNote({ type: "webhook", verb, id: webhookId, ...change });
}

/** What no number is, no webhook has. */
function idOf(accountId: number, { id = "" }: Readonly<Record<string, string>>): WebhookId {
  if (!/^\d{1,10}$/.test(id)) throw new PosternError("not_found");
  return { accountId, webhookId: Number(id) };
}

async function found({ webhooks }: WebhookDeps, id: WebhookId): Promise<Webhook> {
  const webhook = await webhooks.find(id);
  if (webhook === undefined) throw new PosternError("not_found");
  return webhook;
}

async function checkUrl({ endpoints }: WebhookDeps, url: string): Promise<void> {
  if (await endpoints.isAllowed(url)) return;
  throw fieldErrors({ url: ["must lead to a public address, on port 80 or 443"] });
}

async function checkDomain(
  { domains }: WebhookDeps,
  accountId: number,
  domainId: number | undefined,
): Promise<void> {
  if (domainId === undefined || (await domains.get(accountId, domainId))) return;
  throw fieldErrors({ domain_id: ["is invalid"] });
}

/** Nothing happened before 1970. */
function epochMs(time: string): number {
  return Math.max(0, Date.parse(time));
}

function checkIsOfEmail({ type }: Webhook): void {
  if (type !== "email_sending") throw fieldErrors({ base: ["Webhook is not of the type email_sending"] });
}

/** At once, and once more for what recorders add that do not know yet that it is on. */
async function wake({ ticks }: WebhookDeps, id: WebhookId): Promise<void> {
  await Promise.all([ticks.send(id), ticks.send(id, flushAfterSeconds)]);
}
