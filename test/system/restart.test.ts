import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post, postBatch } from "../support/send.ts";

let stateFolder: string;
let cloud: LocalCloud | undefined;
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), "postern-restart-"));
});
afterEach(async () => {
  await cloud?.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

const emails = 200;

async function subjects(of: LocalCloud): Promise<Set<string>> {
  return new Set((await of.mailbox()).map((mail) => mail.subject));
}

describe("the local cloud's state", () => {
  it("survives a power cut in the middle of delivering: everything accepted arrives after the next start", async () => {
    const first = await startLocalCloud({ stateFolder });
    const { status } = await postBatch(first, {
      base: { from: { email: `hello@${first.domain}` }, text: "Hello" },
      requests: Array.from({ length: emails }, (_, place) => ({
        to: [{ email: `reader${place}@example.net` }],
        subject: `No. ${place}`,
      })),
    });
    expect(status).toBe(200);
    await eventually(async () => expect((await subjects(first)).size).toBeGreaterThan(0));
    await first.kill();

    const second = await startLocalCloud({ stateFolder });
    cloud = second;
    expect(second.token).toBe(first.token);
    // What was in a worker's hands is invisible until its time-out; an outcome nobody knows waits for SES's word.
    for (let quarter = 0; quarter < 4; quarter += 1) {
      await second.advanceClock({ minutes: 15 });
      await eventually(async () => expect(await second.queuesAtRest()).toBe(true));
    }
    await eventually(async () => expect((await subjects(second)).size).toBe(emails));
    expect(await second.usage()).toMatchObject({ used: emails });
  });

  it("goes on where it was after an ordinary stop: the token works, the mails are there, the quota is counted on", async () => {
    const first = await startLocalCloud({ stateFolder });
    await post(first, { to: [{ email: "a@example.net" }], subject: "Before", text: "Hello" });
    await eventually(async () => expect((await subjects(first)).has("Before")).toBe(true));
    await first.stop();

    cloud = await startLocalCloud({ stateFolder });
    await post(
      cloud,
      { to: [{ email: "b@example.net" }], subject: "After", text: "Hello" },
      { token: first.token },
    );
    const second = cloud;
    await eventually(async () =>
      expect([...(await subjects(second))].toSorted()).toEqual(["After", "Before"]),
    );
    expect(await cloud.usage()).toMatchObject({ used: 2 });
  });
});
