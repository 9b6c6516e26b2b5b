import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { postBatch } from "../support/send.ts";

const mostInBatch = 500;

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

/** Sends so many emails to addresses that have a name and a number, in this order. */
async function send(
  { token, domain }: Customer,
  { name, count, stream = "send" }: { name: string; count: number; stream?: "send" | "bulk" },
): Promise<void> {
  const base = { from: { email: `hello@${domain}` }, subject: "Hourly", text: "Hello" };
  for (let start = 0; start < count; start += mostInBatch) {
    const requests = Array.from({ length: Math.min(mostInBatch, count - start) }, (_, place) => ({
      to: [{ email: `${name}${start + place}@${domain}` }],
    }));
    const { body } = await postBatch(cloud, { base, requests }, { token, stream });
    expect(body.responses?.every(({ success }) => success)).toBe(true);
  }
}

/** The numbers of those addresses of a name to which mail has gone, once for each mail. */
async function arrived({ domain }: Customer, name: string): Promise<number[]> {
  const addresses = (await cloud.mailbox()).flatMap(({ envelope }) => envelope.to.map((to) => to.address));
  const own = new RegExp(`^${name}(\\d+)@${domain.replaceAll(".", "\\.")}$`);
  return addresses.flatMap((address) => own.exec(address)?.slice(1).map(Number) ?? []);
}

async function atRest(): Promise<void> {
  await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true), 60_000);
}

/** Lets the clock pass the hour, and what waited for it come back: bulk mail a while later. */
async function nextHour(): Promise<void> {
  await cloud.startOfHour();
  await atRest();
  for (let step = 0; step < 6; step += 1) {
    await cloud.advanceClock({ seconds: 20 });
    await atRest();
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, place) => place);
const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b);

describe("the hourly limit", () => {
  it("of 600 lets 600 of 1,000 emails out now and 400 after the hour, in order, none lost, none twice", async () => {
    const customer = await cloud.newAccount({ emailsPerHour: 600 });
    await cloud.startOfHour();
    await send(customer, { name: "reader", count: 1_000 });
    await eventually(async () => expect(await arrived(customer, "reader")).toHaveLength(600), 60_000);
    await atRest();
    const now = sorted(await arrived(customer, "reader"));
    expect(now).toHaveLength(600);
    // All of the first batch. A queue keeps no order of its own, so the second's may pass each other.
    expect(now.slice(0, mostInBatch)).toEqual(numbers(mostInBatch));

    await nextHour();
    await eventually(async () => expect(await arrived(customer, "reader")).toHaveLength(1_000), 60_000);
    expect(sorted(await arrived(customer, "reader"))).toEqual(numbers(1_000));
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: 1_000 });
  });

  it("lets transactional mail that waits out before bulk mail that waited longer", async () => {
    const customer = await cloud.newAccount({ emailsPerHour: 100 });
    await cloud.startOfHour();
    await send(customer, { name: "first", count: 100 });
    await eventually(async () => expect(await arrived(customer, "first")).toHaveLength(100), 60_000);
    await send(customer, { name: "offer", count: 150, stream: "bulk" });
    await atRest();
    await send(customer, { name: "code", count: 80 });
    await atRest();

    const counts = async () => [
      (await arrived(customer, "code")).length,
      (await arrived(customer, "offer")).length,
    ];
    expect(await counts()).toEqual([0, 0]);
    await nextHour();
    await eventually(async () => expect(await counts()).toEqual([80, 20]), 60_000);
    await nextHour();
    await eventually(async () => expect(await counts()).toEqual([80, 120]), 60_000);
    await nextHour();
    await eventually(async () => expect(await counts()).toEqual([80, 150]), 60_000);
    expect(sorted(await arrived(customer, "offer"))).toEqual(numbers(150));
  });
});
