import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { itemsOf } from "../support/local-tables.ts";
import { officialClient } from "../support/official-client.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

interface Entry {
  readonly id: string;
  readonly event: string;
  readonly description: string;
  readonly actor: { readonly id?: number; readonly name: string };
  readonly resource: { readonly id: number | string; readonly type: string; readonly name?: string };
}

let cloud: LocalCloud;
let receiver: WebhookReceiver;
beforeAll(async () => {
  cloud = await startLocalCloud();
  receiver = await startWebhookReceiver();
  await officialClient(cloud).webhooks.create({ url: receiver.url, webhook_type: "audit_log" });
  await cloud.advanceClock({ seconds: 6 });
});
afterAll(async () => {
  await receiver.stop();
  await cloud.stop();
});

async function ask(method: string, path: string, body?: object): Promise<Response> {
  return await fetch(`${cloud.urls.api}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** The newest entries, the newest first. */
async function log(): Promise<Entry[]> {
  const response = await ask("GET", "audit_log");
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: Entry[] }).data;
}

/** Webhooks hear of these entries, minutes later. */
async function heardOf(ids: readonly (string | undefined)[]): Promise<void> {
  await eventually(async () => {
    await cloud.advanceClock({ minutes: 1 });
    const heard = receiver.calls.flatMap(({ events }) => events).map((event) => event["event_id"]);
    expect(heard).toEqual(expect.arrayContaining([...ids]));
  }, 60_000);
}

const createToken = (name: string) => {
  const resources = [{ resource_type: "account", resource_id: cloud.accountId, access_level: 10 }];
  return ask("POST", "api_tokens", { name, resources });
};

async function tokenNames(): Promise<string[]> {
  return ((await (await ask("GET", "api_tokens")).json()) as { name: string }[]).map(({ name }) => name);
}

// Each of the writes of a request that makes a token, cut before and after: that it is begun, the token, what the log has
// of it, and that nothing is left to be done.
const cuts = [
  ...[0, 1, 2].map((skip) => ({ call: "dynamodb:PutItem", skip })),
  { call: "dynamodb:DeleteItem", skip: 0 },
].flatMap((cut) => (["before", "after"] as const).map((when) => ({ ...cut, when })));

describe("a change whose function is killed", () => {
  it.each(cuts)(
    "$when its $call no. $skip is in the audit log, as what is known of it",
    async ({ call, skip, when }) => {
      const name = `${call} ${skip} ${when}`;
      const known = new Set((await log()).map(({ id }) => id));
      await cloud.faults({ aws: [{ function: "Api", call, when, skip, effect: "die", times: 1 }] });
      expect((await createToken(name)).status).toBeGreaterThanOrEqual(500);
      await cloud.faults({});
      await cloud.advanceClock({ minutes: 3 });

      const isMade = (await tokenNames()).includes(name);
      const entries = (await log()).filter(({ id }) => !known.has(id));
      const [entry] = entries;
      const isBegun = call !== "dynamodb:PutItem" || skip > 0 || when === "after";
      expect(entries).toHaveLength(isBegun ? 1 : 0);
      if (isMade) expect(entry).toBeDefined();
      if (entry?.event === "activity_log.api_token.created") {
        expect(isMade).toBe(true);
        expect(entry.resource.name).toBe(name);
      } else if (entry !== undefined) {
        expect(entry).toMatchObject({
          event: "activity_log.account.begun",
          description: "POST /api_tokens was begun; whether it took effect is not known",
          actor: { type: "api_token", name: expect.any(String) },
          resource: { type: "account", id: cloud.accountId },
        });
      }
    },
  );

  it("was killed each time, and webhooks have heard of all that the log has", async () => {
    expect(await cloud.deaths()).toBe(cuts.length);
    const entries = await log();
    const events = entries.map(({ event }) => event);
    expect(events).toContain("activity_log.account.begun");
    expect(events).toContain("activity_log.api_token.created");
    const own = entries.filter(
      ({ event }) => event.endsWith(".begun") || event.startsWith("activity_log.api_token"),
    );
    const fresh = own.filter(({ actor }) => actor.id !== undefined).map(({ id }) => id);
    expect(fresh.length).toBeGreaterThanOrEqual(cuts.length - 1);
    await heardOf(fresh);
  });
});

describe("what nobody asked for by a request", () => {
  it("is in the log, and heard by webhooks: the operator's doing and the service's own", async () => {
    const { accountId } = cloud;
    await cloud.invoke("Operator", { action: "setLimits", accountId, emailsPerHour: 50_000 });
    const expires_at = new Date((await cloud.now()).getTime() + 3_600_000).toISOString();
    const resources = [{ resource_type: "account", resource_id: accountId, access_level: 10 }];
    expect((await ask("POST", "api_tokens", { name: "Short", resources, expires_at })).status).toBe(200);
    await cloud.advanceClock({ hours: 2, minutes: 5 });
    await cloud.advanceClock({ minutes: 2 });

    const entries = await log();
    const limits = entries.find(({ event }) => event === "activity_log.account.limits_changed");
    expect(limits).toMatchObject({ actor: { name: "Operator" }, resource: { id: accountId } });
    const expired = entries.filter(({ event }) => event === "activity_log.api_token.expired");
    expect(expired).toMatchObject([{ actor: { name: "System" }, resource: { name: "Short" } }]);
    expect(Object.keys(expired[0]?.actor ?? {})).toEqual(["name"]);
    await heardOf([limits?.id, expired[0]?.id]);
  });

  it("leaves nothing unsettled", async () => {
    await cloud.advanceClock({ minutes: 3 });
    const items = await itemsOf((await cloud.awsEndpoints()).DYNAMODB, "AccountsTable");
    expect(items.filter(({ sk }) => String(sk).startsWith("UNSETTLED#"))).toEqual([]);
  });
});
