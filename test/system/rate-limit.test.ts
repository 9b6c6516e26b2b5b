import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { type Answer, type PostOptions, post } from "../support/send.ts";

const limit = 150;
const windowMs = 10_000;

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

// The clock goes on by itself meanwhile: from its start a window is long enough for every test here.
beforeEach(async () => {
  await cloud.advanceClock(windowMs - ((await cloud.now()).getTime() % windowMs));
});

/** Knocks so many times; a request without content costs no quota, and counts all the same. */
function knock(times: number, options: PostOptions): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, () => post(cloud, {}, options)));
}

const numberOf = (status: number, answers: readonly Answer[]) =>
  answers.filter((answer) => answer.status === status).length;

describe("the general rate limit", () => {
  it("lets 150 requests of a token through in a window, the hosts taken together, and no more", async () => {
    const { token } = await cloud.newAccount({});

    const answers = await Promise.all([
      knock(120, { token }),
      knock(40, { token, stream: "bulk" }),
      knock(10, { token, path: "/api/batch" }),
    ]);

    const all = answers.flat();
    expect(numberOf(429, all)).toBe(all.length - limit);
    const refused = all.find(({ status }) => status === 429);
    expect(refused?.body).toEqual({ success: false, errors: ["Rate limit exceeded"] });
    expect(refused?.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const retryAfter = refused?.headers.get("retry-after") ?? "";
    expect(retryAfter).toMatch(/^([1-9]|10)$/);
  });

  it("of one token is nothing to another, of the same account or of a different one", async () => {
    const { token, accountId } = await cloud.newAccount({});
    const command = { action: "createToken", accountId, name: "Second", accessLevel: 100 };
    const second = (await cloud.invoke("Operator", command)) as { token: string };
    const stranger = await cloud.newAccount({});

    expect(numberOf(429, await knock(limit + 1, { token }))).toBe(1);
    expect((await post(cloud, {}, { token: second.token })).status).not.toBe(429);
    expect((await post(cloud, {}, { token: stranger.token })).status).not.toBe(429);
  });

  it("ends with its window, by the time that Retry-After names", async () => {
    const { token } = await cloud.newAccount({});
    const refused = (await knock(limit + 1, { token })).find(({ status }) => status === 429);

    await cloud.advanceClock({ seconds: Number(refused?.headers.get("retry-after")) });

    expect((await post(cloud, {}, { token })).status).not.toBe(429);
  });

  it("is the account's own where the operator has raised it", async () => {
    const { token } = await cloud.newAccount({ requestsPer10Seconds: limit + 20 });

    expect(numberOf(429, await knock(limit + 20, { token }))).toBe(0);
    expect((await post(cloud, {}, { token })).status).toBe(429);
  });
});
