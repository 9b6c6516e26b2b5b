import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { postBatch } from "../support/send.ts";

const dayMs = 86_400_000;
const emails = 1_000;
const bounces = 60;

let cloud: LocalCloud;
let customer: Customer;
let domainId: number;
let tuesday: number;
beforeAll(async () => {
  cloud = await startLocalCloud();
  customer = await cloud.newAccount({ emailsPerHour: 10_000, requestsPer10Seconds: 10_000 });
  const { data } = (await (await ask("GET", "domains")).json()) as { data: { id: number; demo: boolean }[] };
  domainId = data.find(({ demo }) => !demo)?.id ?? 0;
  tuesday = nextDay(2, (await cloud.now()).getTime()) + dayMs / 2;
  await cloud.advanceClock({ to: new Date(tuesday).toISOString() });
});
afterAll(() => cloud.stop());

/** The start of the next such day of the week (UTC), 0 for Sunday. */
function nextDay(weekday: number, now: number): number {
  const today = now - (now % dayMs);
  const ahead = (weekday - new Date(today).getUTCDay() + 7) % 7 || 7;
  return today + ahead * dayMs;
}

async function ask(method: string, path: string, body?: object): Promise<Response> {
  const response = await fetch(`${cloud.urls.api}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${customer.token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return response;
}

async function sendWeek(): Promise<void> {
  for (let start = 0; start < emails; start += 500) {
    const requests = Array.from({ length: 500 }, (_, place) => {
      const fate = start + place < bounces ? "bounce" : "success";
      return { to: [{ email: `${fate}+${start + place}@simulator.amazonses.com` }] };
    });
    const base = { from: { email: `hello@${customer.domain}` }, subject: "News", text: "Hello" };
    const { status } = await postBatch(cloud, { base, requests }, { token: customer.token });
    expect(status).toBe(200);
  }
  const [from, to] = [new Date(tuesday - dayMs), new Date(tuesday)].map((at) =>
    at.toISOString().slice(0, 10),
  );
  await eventually(async () => {
    const stats = await (await ask("GET", `stats?start_date=${from}&end_date=${to}`)).json();
    expect(stats).toMatchObject({ bounce_count: bounces, delivery_count: emails - bounces });
  }, 120_000);
}

/** To whom what was written of the domain, once all that is due is sent. */
async function mailed(): Promise<[to: string | undefined, subject: string][]> {
  await cloud.advanceClock({ minutes: 2 });
  const all = (await cloud.mailbox()).filter(({ subject }) => subject.startsWith(`${customer.domain}: `));
  return all.map(({ envelope, subject }) => [envelope.to[0]?.address, subject]);
}

async function listed(): Promise<string[]> {
  const { data } = (await (await ask("GET", "notifications")).json()) as {
    data: { kind: string; resource: { id: number | null } }[];
  };
  const own = data.filter(({ kind }) => kind.startsWith("domain_"));
  expect(own.every(({ resource }) => resource.id === domainId)).toBe(true);
  return own.map(({ kind }) => kind).toReversed();
}

describe("a domain of whose emails 6% bounce", () => {
  const critical = () => `${customer.domain}: too many emails bounce`;

  it("has its owner told at once that this is critical, and once, in the list and by email", async () => {
    await sendWeek();
    await cloud.advanceClock({ minutes: 16 });
    await cloud.advanceClock({ minutes: 16 });
    const owner = `owner@${customer.domain}`;
    await eventually(async () => expect(await mailed()).toEqual([[owner, critical()]]));
    expect(await listed()).toEqual(["domain_critical"]);
  }, 240_000);

  it("has whom its settings name told on Monday how the week was, once", async () => {
    const alerts = { alert_recipient_email: "ops@example.net" };
    await ask("PATCH", `domains/${domainId}`, { domain: alerts });
    const monday = nextDay(1, tuesday);
    await cloud.advanceClock({ to: new Date(monday - 60_000).toISOString() });
    expect(await listed()).toEqual(["domain_critical"]);
    await cloud.advanceClock({ to: new Date(monday + 16 * 60_000).toISOString() });
    await cloud.advanceClock({ hours: 3 });
    const days = [monday - 7 * dayMs, monday - dayMs].map((at) => new Date(at).toISOString().slice(0, 10));
    const week = `${customer.domain}: your week from ${days[0]} to ${days[1]}, with rates that are critical`;
    await eventually(async () => expect((await mailed()).slice(1)).toEqual([["ops@example.net", week]]));
    await cloud.advanceClock({ days: 1 });
    await cloud.advanceClock({ days: 6 });
    expect(await mailed()).toHaveLength(2);
    expect(await listed()).toEqual(["domain_critical", "domain_health"]);
  }, 240_000);
});
