import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { type Answer, post, postBatch } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

function recipients(count: number, name = "reader"): { email: string }[] {
  return Array.from({ length: count }, (_, place) => ({ email: `${name}${place}@example.net` }));
}

const idsOf = (answers: Answer[]) =>
  answers.flatMap(({ body }) => [
    ...(body.message_ids ?? []),
    ...(body.responses ?? []).flatMap((item) => item.message_ids ?? []),
  ]);

describe("the monthly limit", () => {
  it("counts every recipient: three to, three cc and three bcc are nine", async () => {
    const customer = await cloud.newAccount({ monthLimit: 100 });

    await post(
      cloud,
      {
        from: { email: `hello@${customer.domain}` },
        to: recipients(3, "to"),
        cc: recipients(3, "cc"),
        bcc: recipients(3, "bcc"),
        subject: "Nine",
        text: "Hello",
      },
      { token: customer.token },
    );

    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: 9, remaining: 91 });
  });

  it("is named by the refusal, and what was refused is not billed", async () => {
    const customer = await cloud.newAccount({ monthLimit: 2 });
    const email = {
      from: { email: `hello@${customer.domain}` },
      to: recipients(3),
      subject: "Too many",
      text: "Hello",
    };

    const { status, body } = await post(cloud, email, { token: customer.token });

    expect(status).toBe(403);
    expect(body).toEqual({ success: false, errors: ["Monthly messages limit reached"] });
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: 0, remaining: 2 });
  });

  it("lets the first items of a batch through while they fit, and refuses the rest one by one", async () => {
    const customer = await cloud.newAccount({ monthLimit: 2 });
    const { status, body } = await postBatch(
      cloud,
      {
        base: { from: { email: `hello@${customer.domain}` }, subject: "Batch", text: "Hello" },
        requests: recipients(4).map((to) => ({ to: [to] })),
      },
      { token: customer.token },
    );

    expect(status).toBe(200);
    expect(body.responses?.map((item) => item.success)).toEqual([true, true, false, false]);
    expect(body.responses?.[3]?.errors).toEqual(["Monthly messages limit reached"]);
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: 2, remaining: 0 });
  });

  it("is never exceeded: concurrent sends of mixed sizes take at most what is left, whatever the queue does", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (sends, left, queueFails) => {
          const customer = await cloud.newAccount({ monthLimit: left });
          if (queueFails) {
            await cloud.faults({
              aws: [
                {
                  function: "SendTransactional",
                  call: "sqs:SendMessage*",
                  effect: "error",
                  probability: 0.3,
                },
              ],
            });
          }
          const answers = await Promise.all(
            sends.map((size) =>
              post(
                cloud,
                {
                  from: { email: `hello@${customer.domain}` },
                  to: recipients(size),
                  subject: "Race",
                  text: "Hello",
                },
                { token: customer.token },
              ),
            ),
          );
          await cloud.faults({});

          const accepted = idsOf(answers);
          expect(accepted.length).toBeLessThanOrEqual(left);
          expect(new Set(accepted).size).toBe(accepted.length);
          expect(await cloud.usage(customer.accountId)).toMatchObject({
            used: accepted.length,
            remaining: left - accepted.length,
          });
          expect(answers.every(({ status }) => [200, 403, 500].includes(status))).toBe(true);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe("the daily limit of the Free plan", () => {
  it("refuses with its reason, and opens again the next day", async () => {
    const customer = await cloud.newAccount({ planName: "free" });
    const email = (count: number) => ({
      from: { email: `hello@${customer.domain}` },
      to: recipients(count),
      subject: "Daily",
      text: "Hello",
    });
    expect((await post(cloud, email(150), { token: customer.token })).status).toBe(200);

    const refused = await post(cloud, email(1), { token: customer.token });
    expect(refused.status).toBe(403);
    expect(refused.body.errors).toEqual(["Your account has reached its daily sending limit."]);

    await cloud.advanceClock({ days: 1 });
    expect((await post(cloud, email(1), { token: customer.token })).status).toBe(200);
  });
});

describe("the hourly limit", () => {
  it("refuses nothing: what does not fit is delivered in the next hour", async () => {
    const customer = await cloud.newAccount({ monthLimit: 1000, emailsPerHour: 20 });
    await cloud.startOfHour();
    for (let place = 0; place < 30; place += 1) {
      const answer = await post(
        cloud,
        {
          from: { email: `hello@${customer.domain}` },
          to: [{ email: `hour${place}@hourly.example` }],
          subject: "Hourly",
          text: "Hello",
        },
        { token: customer.token },
      );
      expect(answer.status).toBe(200);
    }
    const arrived = async () =>
      (await cloud.mailbox()).filter((mail) => mail.envelope.to[0]?.address.endsWith("@hourly.example"))
        .length;

    await eventually(async () => expect(await arrived()).toBe(20));
    await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true));
    expect(await arrived()).toBe(20);

    // What is in a worker's hands while the clock jumps runs out of time, and is tried again minutes later.
    for (let quarter = 0; quarter < 5; quarter += 1) {
      await cloud.advanceClock({ minutes: 15 });
      await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true));
    }
    await eventually(async () => expect(await arrived()).toBe(30));
  });
});
