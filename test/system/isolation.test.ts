import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post, postBatch } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

const recipients = async () => new Set((await cloud.mailbox()).map((mail) => mail.envelope.to[0]?.address));

describe("a bulk campaign", () => {
  it("that cannot get on does not keep a password reset waiting, nor is it lost", async () => {
    await cloud.faults({
      aws: { function: "DeliverBulk", call: "ses:SendEmail", effect: "throttle" },
      smtp: { effect: "refuse-connection" },
    });
    const { body } = await postBatch(
      cloud,
      {
        base: { from: { email: `news@${cloud.domain}` }, subject: "Spring", text: "New shelves are in." },
        requests: Array.from({ length: 300 }, (_, place) => ({
          to: [{ email: `reader${place}@bulk.example` }],
        })),
      },
      { stream: "bulk" },
    );
    expect(body.responses?.every((item) => item.success)).toBe(true);

    await post(cloud, { to: [{ email: "locked-out@example.net" }], subject: "Reset", text: "Hello" });
    await eventually(async () => expect(await recipients()).toContain("locked-out@example.net"), 5_000);
    expect([...(await recipients())].some((address) => address?.endsWith("@bulk.example"))).toBe(false);

    await cloud.faults({});
    for (let half = 0; half < 6; half += 1) {
      await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true), 60_000);
      await cloud.advanceClock({ minutes: 30 });
    }
    await eventually(async () => expect((await recipients()).size).toBe(301), 60_000);
    expect(await cloud.mailbox()).toHaveLength(301);
  });
});
