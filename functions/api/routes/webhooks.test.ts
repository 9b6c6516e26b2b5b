import { describe, expect, it } from "vitest";
import { endpointClient } from "../../../shared/webhooks/endpoint-client.ts";
import { apiClient } from "../../../test/support/api-service.ts";
import { secrets, storedWebhook, useWebhookApi, wantedWebhook } from "../../../test/support/webhook-api.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { webhookRoutes } from "./webhooks.ts";

const api = useWebhookApi();
const { ask, clock, create, refused, sent } = api;

describe("the vectors of webhooks", () => {
  it.each(readVectors("webhook-vectors.json"))("$id: $title", async (vector) => {
    const { id } = await create();
    const fixtures = { TOKEN: api.account.token, ACCOUNT_ID: api.account.accountId, WEBHOOK_ID: id };
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
      await ask("GET", "/api/webhooks", { token: api.account.viewerToken }),
      await ask("GET", `/api/webhooks/${id}`, { token: api.account.viewerToken }),
      await ask("PATCH", `/api/webhooks/${id}`, {
        token: api.account.token,
        body: { webhook: { active: false } },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(JSON.stringify(answers)).not.toContain("signing_secret");
    const stored = await api.webhooks.find({ accountId: api.account.accountId, webhookId: id });
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  it("is one of fifty at most, however many are made at the same time", async () => {
    for (let made = 0; made < 47; made += 1) {
      const webhookId = await api.service.accounts.nextId();
      await api.webhooks.create({ ...storedWebhook, accountId: api.account.accountId, webhookId });
    }
    const answers = await Promise.all(Array.from({ length: 6 }, () => refused({})));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 422, 422, 422]);
    expect(answers.find(({ status }) => status === 422)?.body).toEqual({
      errors: { base: ["An account has 50 webhooks at most"] },
    });
    expect(await api.webhooks.list(api.account.accountId)).toHaveLength(50);
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
    expect((await ask("POST", "/api/webhooks", { token: api.account.token, body: {} })).status).toBe(422);
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
      api.service,
      webhookRoutes({
        ...{
          accounts: api.service.accounts,
          domains: api.service.domains,
          webhooks: api.webhooks,
          secrets,
          clock,
        },
        ...{ ticks: undefined as never, endpoints: endpointClient({ allowPrivate: false }) },
      }),
    );
    const body = { webhook: { ...wantedWebhook, url: hostile } };
    expect(await strict("POST", "/api/webhooks", { token: api.account.token, body })).toMatchObject({
      status: 422,
      body: { errors: { url: ["must lead to a public address, on port 80 or 443"] } },
    });
  });

  it("never leads inside by a name, nor by a later change", async () => {
    expect((await refused({ url: "https://inside.example/" })).status).toBe(422);
    const { id } = await create();
    const body = { webhook: { url: "https://inside.example/" } };
    expect((await ask("PATCH", `/api/webhooks/${id}`, { token: api.account.token, body })).status).toBe(422);
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
    const { body: changed } = await ask("PATCH", `/api/webhooks/${id}`, { token: api.account.token, body });
    expect(changed).toMatchObject({
      data: {
        ...{ id, url: "https://other.example.net/", payload_format: "jsonlines", event_types: ["open"] },
        ...{ sending_stream: "transactional", webhook_type: "email_sending", active: true },
      },
    });
  });

  it("gets what it has missed at once when it is switched on again", async () => {
    const { id } = await create();
    const at = { accountId: api.account.accountId, webhookId: id };
    await api.webhooks.change(at, { active: false });
    const body = { webhook: { active: true } };
    await ask("PATCH", `/api/webhooks/${id}`, { token: api.account.token, body });
    expect(sent).toContainEqual({ tick: at, delay: 0 });
  });

  it("is not there for another account, nor changed by who may only look", async () => {
    const { id } = await create();
    const other = await api.service.account();
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
      expect((await ask(method, path, { token: api.account.viewerToken, body })).status).toBe(403);
    }
    const list = await ask("GET", "/api/webhooks", { token: other.token });
    expect(list.body).toEqual({ data: [] });
    expect((await ask("GET", "/api/webhooks/x", { token: api.account.token })).status).toBe(404);
  });
});
