import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
let customer: Awaited<ReturnType<LocalCloud["newAccount"]>>;
beforeAll(async () => {
  cloud = await startLocalCloud();
  customer = await cloud.newAccount({ monthLimit: 250, emailsPerHour: 10_000, requestsPer10Seconds: 10_000 });
});
afterAll(() => cloud.stop());

interface Notification {
  readonly id: string;
  readonly subject: string;
  readonly severity: string;
  readonly read_at: string | null;
}

async function ask(method: string, path: string, body?: object) {
  const response = await fetch(`${cloud.urls.api}/api/notifications${path}`, {
    method,
    headers: { authorization: `Bearer ${customer.token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: unknown }).data;
}

const listed = async () => (await ask("GET", "")) as Notification[];

/** So many emails at the same time; how many of them were accepted. */
async function send(count: number): Promise<number> {
  const email = {
    ...{ from: { email: `hello@${customer.domain}` }, to: [{ email: "success@simulator.amazonses.com" }] },
    ...{ subject: "Hi", text: "Hello" },
  };
  const { token } = customer;
  const answers = await Promise.all(Array.from({ length: count }, () => post(cloud, email, { token })));
  return answers.filter(({ status }) => status === 200).length;
}

const subjects = {
  80: "You have used 80% of this period's emails",
  90: "You have used 90% of this period's emails",
  100: "You have used up this period's emails",
};

/** What the owner has in his mailbox, once all that is due is sent. */
async function mailed(count: number): Promise<string[]> {
  await cloud.advanceClock({ minutes: 1 });
  return await eventually(async () => {
    const mails = await cloud.mailbox();
    const own = mails.filter(({ envelope }) => envelope.to[0]?.address === `owner@${customer.domain}`);
    expect(own).toHaveLength(count);
    return own.map(({ subject }) => subject).toSorted();
  });
}

describe("an account's owner", () => {
  it("is told once when 200 emails at the same time reach 80% of the month, in the list and by email", async () => {
    expect(await send(200)).toBe(200);
    expect(await listed()).toMatchObject([{ subject: subjects[80], severity: "info", read_at: null }]);
    expect(await mailed(1)).toEqual([subjects[80]]);
  });

  it("is told at 90 and 100%, too, and nothing twice", async () => {
    expect(await send(60)).toBe(50);
    await cloud.advanceClock({ minutes: 16 });
    expect((await listed()).map(({ subject }) => subject).toSorted()).toEqual(
      Object.values(subjects).toSorted(),
    );
    expect(await mailed(3)).toEqual(Object.values(subjects).toSorted());
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: 250, remaining: 0 });
  });

  it("reads and archives what he was told", async () => {
    const [newest] = await listed();
    await ask("PATCH", `/${newest?.id}`, { notification: { read: true, archived: true } });
    expect(await listed()).toHaveLength(2);
    expect(await ask("GET", "?archived=true")).toMatchObject([
      { id: newest?.id, read_at: expect.any(String) },
    ]);
  });

  it("is told afresh in the next period", async () => {
    await cloud.advanceClock({ hours: 32 * 24 });
    expect(await send(200)).toBe(200);
    expect((await listed()).filter(({ subject }) => subject === subjects[80])).toHaveLength(2);
    expect(await mailed(4)).toEqual([subjects[80], ...Object.values(subjects)].toSorted());
  });
});
