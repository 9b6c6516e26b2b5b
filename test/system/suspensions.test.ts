import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { postBatch } from "../support/send.ts";

const emails = 500;

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

const operate = (command: object) => cloud.invoke("Operator", command) as Promise<Record<string, unknown>>;

/** An account whose emails are queued, all of them, as its hour has no room for any. */
async function withQueuedEmails(): Promise<{ customer: Customer; ids: string[] }> {
  const customer = await cloud.newAccount({ emailsPerHour: 1 });
  const ids = await sendAll(customer, emails + 1);
  await eventually(async () => {
    const states = await cloud.messageStates(ids);
    expect(states.filter((state) => state === "waiting")).toHaveLength(emails);
  }, 60_000);
  return { customer, ids };
}

async function sendAll({ token, domain }: Customer, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let start = 0; start < count; start += emails) {
    const requests = Array.from({ length: Math.min(emails, count - start) }, (_, place) => ({
      to: [{ email: `r${start + place}@${domain}` }],
    }));
    const base = { from: { email: `hello@${domain}` }, subject: "Held", text: "Hello" };
    const { body } = await postBatch(cloud, { base, requests }, { token });
    ids.push(...(body.responses ?? []).flatMap(({ message_ids = [] }) => message_ids));
  }
  expect(ids).toHaveLength(count);
  return ids;
}

/** To whom the account's mail has gone; what its owner is told is no mail of its own. */
async function received({ domain }: Customer): Promise<string[]> {
  const addresses = (await cloud.mailbox()).flatMap(({ envelope }) => envelope.to.map((to) => to.address));
  return addresses.filter((address) => address.endsWith(`@${domain}`) && !address.startsWith("owner@"));
}

/** What the account's owner was mailed of a ban that was to come. */
async function reminders({ domain }: Customer): Promise<string[]> {
  const own = (await cloud.mailbox()).filter(({ envelope }) => envelope.to[0]?.address === `owner@${domain}`);
  return own.map(({ subject }) => subject).filter((subject) => subject.includes("unless you answer"));
}

async function standingOf({ token }: Customer): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  return await (await fetch(`${cloud.urls.api}/api/standing`, { headers })).json();
}

async function stateCounts(ids: readonly string[]): Promise<Record<string, number>> {
  const states = await cloud.messageStates(ids);
  return Object.fromEntries([...Map.groupBy(states, String)].map(([state, all]) => [state, all.length]));
}

describe("of 500 emails that are queued when their account is suspended", () => {
  it("none goes out; once it is lifted, all go out once", async () => {
    const { customer, ids } = await withQueuedEmails();
    const { accountId } = customer;
    expect(await operate({ action: "suspend", accountId, reason: "Complaints." })).toMatchObject({
      status: "suspended",
    });
    await operate({ action: "setLimits", accountId, emailsPerHour: 100_000 });
    await cloud.startOfHour();
    const accepted = await sendAll(customer, 1);
    await eventually(async () => expect(await cloud.queuesIdle()).toBe(true), 90_000);
    expect(await stateCounts([...ids, ...accepted])).toEqual({ sent: 1, waiting: emails + 1 });
    expect(await received(customer)).toHaveLength(1);

    expect(await operate({ action: "lift", accountId })).toMatchObject({
      ...{ status: "active", released: emails + 1, allReleased: true },
    });
    await eventually(
      async () => expect(await stateCounts([...ids, ...accepted])).toEqual({ sent: emails + 2 }),
      90_000,
    );
    await eventually(async () => expect(await received(customer)).toHaveLength(emails + 2), 30_000);
    expect(new Set(await received(customer)).size).toBe(emails + 1);
  }, 300_000);

  it("all are rejected once it is banned, in the log and billed no second time", async () => {
    const { customer, ids } = await withQueuedEmails();
    const { accountId } = customer;
    await operate({ action: "setAccountStatus", accountId, status: "suspended" });
    await cloud.startOfHour();
    await eventually(async () => expect(await cloud.queuesIdle()).toBe(true), 90_000);
    expect(await standingOf(customer)).toMatchObject({
      ...{ status: "suspended", held: { messages: emails, is_all: true } },
      suspensions: [{ scope: "account", held: { messages: emails } }],
    });
    const { used } = await cloud.usage(accountId);

    await operate({ action: "setAccountStatus", accountId, status: "banned", reason: "Spam." });
    await eventually(async () => expect(await stateCounts(ids)).toEqual({ sent: 1, failed: emails }), 90_000);
    expect(await received(customer)).toHaveLength(1);
    expect(used).toBe(emails + 1);
    expect(await cloud.usage(accountId)).toMatchObject({ used });
    await eventually(async () => {
      const rejected = await cloud.message(ids.at(-1) ?? "");
      expect(rejected).toMatchObject({ status: "not_delivered", reason: "Account is banned" });
      expect(Object.keys(Object(rejected?.["events"])).sort()).toEqual(["reject", "suspension"]);
    }, 60_000);
  }, 300_000);

  it("they are rejected after 14 days without an answer", async () => {
    const customer = await cloud.newAccount({});
    const { accountId } = customer;
    await operate({ action: "suspend", accountId, stream: "transactional" });
    const ids = await sendAll(customer, 2);
    await eventually(async () => expect(await stateCounts(ids)).toEqual({ waiting: 2 }), 60_000);
    await eventually(async () => expect(await cloud.queuesIdle()).toBe(true), 60_000);
    for (const days of [7, 6]) {
      await cloud.advanceClock({ days, minutes: 2 });
      await cloud.advanceClock({ minutes: 2 });
    }
    expect(await stateCounts(ids)).toEqual({ waiting: 2 });
    await eventually(async () => expect(await reminders(customer)).toHaveLength(2));
    await cloud.advanceClock({ days: 1, minutes: 2 });

    await eventually(async () => expect(await stateCounts(ids)).toEqual({ failed: 2 }), 60_000);
    expect(await operate({ action: "showStanding", accountId })).toMatchObject({ status: "banned" });
    expect(await received(customer)).toEqual([]);
    expect(await reminders(customer)).toHaveLength(2);
  }, 180_000);
});
