import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BusEvent } from "../../local/engines/aws/event-bridge.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { officialClient } from "../support/official-client.ts";
import { post } from "../support/send.ts";

const start = "2027-03-10T08:00:00Z";
const next = "2027-04-10T08:00:00.000Z";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ startAt: start });
});
afterAll(() => cloud.stop());

interface Sender {
  readonly token: string;
  readonly domain: string;
}

async function send({ token, domain }: Sender, recipients = 1): Promise<number> {
  const email = {
    from: { email: `hello@${domain}` },
    to: Array.from({ length: recipients }, (_, place) => ({ email: `reader${place}@example.net` })),
    subject: "Billed",
    text: "Hello",
  };
  return (await post(cloud, email, { token })).status;
}

async function api(token: string, method: string, path: string, body?: object) {
  const response = await fetch(`${cloud.urls.api}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const operate = (command: object) => cloud.invoke("Operator", command) as Promise<Record<string, unknown>>;

describe("a plan", () => {
  it("that is larger lets mail through at once, at the monthly limit of the one before", async () => {
    const customer = await cloud.newAccount({ planName: "basic-10k", monthLimit: 2, planStart: start });
    expect(await send(customer, 2)).toBe(200);
    expect(await send(customer)).toBe(403);
    const { accountId } = customer;
    expect(await operate({ action: "setPlan", accountId, planName: "basic-50k" })).toMatchObject({
      from: "now",
    });
    expect(await send(customer)).toBe(200);
    expect(await cloud.usage(accountId)).toMatchObject({ used: 3, remaining: 49_997 });
    const client = officialClient({ urls: cloud.urls, token: customer.token, accountId });
    const usage = await client.general.billing.getCurrentBillingCycleUsage();
    expect(usage).toMatchObject({
      sending: { plan: { name: "basic-50k" }, usage: { sent_messages_count: { current: 3, limit: 50_000 } } },
    });
  });

  it("that is smaller waits for the period's end, which is told and kept as a statement", async () => {
    const customer = await cloud.newAccount({ planName: "basic-10k", monthLimit: 2, planStart: start });
    const { accountId, token } = customer;
    expect(await api(token, "PATCH", "/billing/overage", { enabled: true, cap: 1 })).toMatchObject({
      status: 200,
    });
    expect([await send(customer, 3), await send(customer)]).toEqual([200, 403]);
    expect(await operate({ action: "setPlan", accountId, planName: "free" })).toMatchObject({ from: next });

    await cloud.advanceClock({ to: "2027-04-10T08:40:00Z" });
    expect(await cloud.usage(accountId)).toMatchObject({ planName: "free", used: 0, remaining: 4_000 });
    const { body } = await api(token, "GET", "/billing/statements");
    const statement = {
      ...{ plan: "basic-10k", period_end: next, emails: 3, included: 2, overage: 1 },
      total_amount: 1_500,
    };
    expect(body).toMatchObject([statement]);
    const { events } = (await (await fetch(`${cloud.urls.api}/_local/events`)).json()) as {
      events: BusEvent[];
    };
    const told = events.filter(({ detail }) => Object(detail).accountId === accountId);
    expect(told).toMatchObject([
      {
        ...{ source: "postern", "detail-type": "Billing Period Closed" },
        detail: { id: expect.any(String), periodEnd: next, emails: 3, totalCents: 1_500 },
      },
    ]);
  });
});

describe("an organization", () => {
  it("shares one quota among its sub-accounts, whoever sends first", async () => {
    const main = await cloud.newAccount({ monthLimit: 5 });
    const { accountId } = main;
    const { organizationId } = await operate({ action: "createOrganization", accountId, name: "Group" });
    const { token } = await operate({
      ...{ action: "createToken", accountId, name: "group", accessLevel: 100, organizationId },
    });
    const subs: Sender[] = [];
    for (const name of ["one", "two"]) {
      const path = `/organizations/${organizationId}/sub_accounts`;
      const { body } = await api(String(token), "POST", path, { account: { name } });
      const domain = `${name}.group.example`;
      await operate({
        action: "addDomain",
        accountId: body["id"],
        domainName: domain,
        complianceStatus: "compliant",
      });
      const made = await operate({ action: "createToken", accountId: body["id"], name, accessLevel: 100 });
      subs.push({ token: String(made["token"]), domain });
    }
    const senders = [main, ...subs];
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, place) => send(senders[place % 3] ?? main)),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(5);
    expect(answers.filter((status) => status === 403)).toHaveLength(4);
    expect(await cloud.usage(accountId)).toMatchObject({ used: 5, remaining: 0 });
    const usage = await api(subs[0]?.token ?? "", "GET", "/billing/usage");
    expect(usage.body).toMatchObject({
      sending: { usage: { sent_messages_count: { current: 5, limit: 5 } } },
    });
  });
});
