import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post, postBatch } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

const emails = 2_000;

// Every AWS call that a worker makes for messages, cut before and after: between them lie all pairs of
// steps. The first calls of a wave pass, so that the death falls among others at work.
const calls = [
  { call: "dynamodb:TransactWriteItems", skip: 3 },
  { call: "dynamodb:UpdateItem", skip: 0 },
  { call: "ses:SendEmail", skip: 20 },
  { call: "sqs:SendMessage", skip: 2 },
] as const;
const cuts = calls.flatMap((cut) => (["before", "after"] as const).map((when) => ({ ...cut, when })));
const streams = [
  { stream: "send", worker: "DeliverTransactional" },
  { stream: "bulk", worker: "DeliverBulk" },
] as const;
const waves = streams.flatMap((to) => cuts.map((cut) => ({ ...to, ...cut })));
const perWave = emails / waves.length;

/** Sends one wave's emails, each with a number of its own. */
async function sendWave(wave: number, stream: "send" | "bulk"): Promise<string[]> {
  const { status, body } = await postBatch(
    cloud,
    {
      base: { from: { email: `hello@${cloud.domain}` }, text: "Hello" },
      requests: Array.from({ length: perWave }, (_, place) => ({
        to: [{ email: `reader${wave}-${place}@example.net` }],
        subject: `No. ${wave}-${place}`,
      })),
    },
    { stream },
  );
  expect(status).toBe(200);
  return (body.responses ?? []).flatMap((item) => item.message_ids ?? []);
}

async function subjectsInMailbox(): Promise<string[]> {
  return (await cloud.mailbox()).map((mail) => mail.subject);
}

/** Lets delays, time-outs and waiting for the provider's word pass, until nothing is queued any more. */
async function untilAllIsQuiet(): Promise<void> {
  for (let round = 0; round < 60; round += 1) {
    await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true), 60_000);
    if (await cloud.queuesIdle()) return;
    await cloud.advanceClock({ minutes: 15 });
  }
  throw new Error("the queues never became idle");
}

describe("nothing is lost and nothing is sent twice", () => {
  it("while SES throttles a tenth of all calls, workers die between every two steps, and messages are redelivered", async () => {
    const accepted: string[] = [];
    for (const [wave, { stream, worker, call, skip, when }] of waves.entries()) {
      await cloud.faults({
        ses: { effect: "throttle", probability: 0.1 },
        aws: { function: worker, call, when, effect: "die", times: 2, skip },
      });
      accepted.push(...(await sendWave(wave, stream)));
      await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true), 60_000);
    }
    expect(new Set(accepted).size).toBe(emails);
    // What the dead left behind is settled while SES still throttles and workers go on dying.
    await cloud.faults({
      ses: { effect: "throttle", probability: 0.1 },
      aws: streams.map(({ worker }) => ({
        function: worker,
        call: "*",
        when: "after" as const,
        effect: "die" as const,
        probability: 0.02,
        times: 10,
      })),
    });
    await untilAllIsQuiet();

    const subjects = await subjectsInMailbox();
    expect(new Set(subjects).size, "every email arrived").toBe(emails);
    expect(subjects.length, "none arrived twice").toBe(emails);
    const states = await cloud.messageStates(accepted);
    expect([...new Set(states)], "the claims agree").toEqual(["sent"]);
    expect(await cloud.usage(), "and so does the counter").toMatchObject({ used: emails });
    expect(await cloud.deadLetters()).toBe(0);
    expect(await cloud.deaths(), "workers did die").toBeGreaterThan(20);
  }, 400_000);
});

describe("a door that dies", () => {
  it("between any two steps loses and bills nothing: reconciliation finds what was reserved and never queued", async () => {
    const customer = await cloud.newAccount({ monthLimit: 1_000 });
    const calls = ["dynamodb:UpdateItem", "sqs:SendMessage*"];
    const answered: string[] = [];
    for (const call of calls) {
      for (const when of ["before", "after"]) {
        await cloud.faults({
          aws: [{ function: "SendTransactional", call, when, effect: "die", probability: 0.3 }],
        });
        for (let place = 0; place < 12; place += 1) {
          const answer = await post(
            cloud,
            {
              from: { email: `hello@${customer.domain}` },
              to: [{ email: `${call.slice(0, 3)}-${when}-${place}@door.example` }],
              subject: "Door",
              text: "Hello",
            },
            { token: customer.token },
          );
          if (answer.status === 200) answered.push(...(answer.body.message_ids ?? []));
        }
      }
    }
    await cloud.faults({});
    await untilAllIsQuiet();
    await cloud.advanceClock({ hours: 25 });
    await untilAllIsQuiet();

    const arrived = (await cloud.mailbox()).filter((mail) =>
      mail.envelope.to[0]?.address.endsWith("@door.example"),
    );
    const states = await cloud.messageStates(answered);
    expect(states.every((state) => state === "sent")).toBe(true);
    expect(arrived.length).toBeGreaterThanOrEqual(answered.length);
    expect(new Set(arrived.map((mail) => mail.envelope.to[0]?.address)).size).toBe(arrived.length);
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: arrived.length });
  }, 200_000);

  it("and a client that repeats with the same Idempotency-Key until it is answered sends exactly one email", async () => {
    const customer = await cloud.newAccount({ monthLimit: 1_000 });
    const calls = ["dynamodb:PutItem", "dynamodb:UpdateItem", "sqs:SendMessage*"];
    let keys = 0;
    for (const call of calls) {
      for (const when of ["before", "after"]) {
        const key = `order-${call}-${when}`;
        keys += 1;
        await cloud.faults({ aws: [{ function: "SendTransactional", call, when, effect: "die", times: 1 }] });
        const attempt = () =>
          post(
            cloud,
            {
              from: { email: `hello@${customer.domain}` },
              to: [{ email: `key${keys}@keys.example` }],
              subject: "Once",
              text: "Hello",
            },
            { token: customer.token, headers: { "idempotency-key": key } },
          );
        await attempt();
        await cloud.faults({});
        await cloud.advanceClock({ minutes: 2 });
        expect((await attempt()).status, `repeated after ${when} ${call}`).toBe(200);
        expect((await attempt()).status).toBe(200);
      }
    }
    await untilAllIsQuiet();
    await cloud.advanceClock({ hours: 25 });
    await untilAllIsQuiet();

    const arrived = (await cloud.mailbox())
      .map((mail) => mail.envelope.to[0]?.address)
      .filter((address) => address?.endsWith("@keys.example"));
    expect(arrived.toSorted()).toEqual([...new Set(arrived)].toSorted());
    expect(arrived).toHaveLength(keys);
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: keys });
  }, 200_000);
});
