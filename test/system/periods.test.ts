import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ startAt: "2027-01-31T09:30:00Z" });
});
afterAll(() => cloud.stop());

async function sendOne(customer: { token: string; domain: string }): Promise<number> {
  const email = {
    from: { email: `hello@${customer.domain}` },
    to: [{ email: "reader@example.net" }],
    subject: "Monthly",
    text: "Hello",
  };
  return (await post(cloud, email, { token: customer.token })).status;
}

/** What a month finds undelivered is given back, and counts in the month in which it goes out. */
async function delivered(): Promise<void> {
  await eventually(async () => expect(await cloud.queuesIdle()).toBe(true), 60_000);
}

describe("a billing period that starts on 31 January", () => {
  it("starts afresh on 28 February, 31 March and 30 April by the schedule, once each", async () => {
    const customer = await cloud.newAccount({ monthLimit: 5, planStart: "2027-01-31T09:30:00Z" });
    expect(await sendOne(customer)).toBe(200);

    await delivered();

    for (const [now, start, end] of [
      ["2027-02-28T09:40:00Z", "2027-02-28T09:30:00.000Z", "2027-03-31T09:30:00.000Z"],
      ["2027-03-31T09:40:00Z", "2027-03-31T09:30:00.000Z", "2027-04-30T09:30:00.000Z"],
      ["2027-04-30T09:40:00Z", "2027-04-30T09:30:00.000Z", "2027-05-31T09:30:00.000Z"],
    ] as const) {
      await cloud.advanceClock({ to: now });
      expect(await cloud.usage(customer.accountId)).toMatchObject({
        used: 0,
        remaining: 5,
        periodStart: start,
        periodEnd: end,
      });
      expect(await sendOne(customer)).toBe(200);
      await delivered();
    }
  });

  it("starts afresh for a send that comes before the schedule, and the schedule adds nothing", async () => {
    const customer = await cloud.newAccount({ monthLimit: 1 });
    expect(await sendOne(customer)).toBe(200);
    expect(await sendOne(customer)).toBe(403);
    const { periodEnd } = await cloud.usage(customer.accountId);

    await cloud.faults({ aws: [{ function: "ResetPeriods", call: "dynamodb:Query", effect: "error" }] });
    await cloud.advanceClock({ to: new Date(Date.parse(periodEnd) + 1_000).toISOString() });
    const race = await Promise.all(Array.from({ length: 8 }, () => sendOne(customer)));
    expect(race.filter((status) => status === 200)).toHaveLength(1);
    await cloud.faults({});
    await cloud.advanceClock({ minutes: 10 });

    expect(await cloud.usage(customer.accountId)).toMatchObject({
      used: 1,
      remaining: 0,
      periodStart: periodEnd,
    });
  });
});
