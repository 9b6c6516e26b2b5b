import { describe, expect, it } from "vitest";
import {
  accepting,
  jobTo,
  noon,
  scriptedRoute,
  useDeliveryWorld,
} from "../../test/support/delivery-world.ts";
import { deliver } from "./deliver.ts";
import type { Dispatch, Outcome } from "./outcome.ts";
import { mostAttempts } from "./retry-rules.ts";

const hourMs = 3_600_000;
const sick: Outcome = { kind: "sick", reason: "paused", widely: true };
const { world, rowsOf } = useDeliveryWorld();

describe("routes", () => {
  it("that are sick for longer than a message is tried use up none of its attempts", async () => {
    const ses = scriptedRoute(() => (world().clock.now() - noon < 30 * hourMs ? sick : accepting(last())));
    const last = () => ses.handed.at(-1) as Dispatch;
    const deps = world().deps({ routes: { ses: ses.route } });
    const job = jobTo(1);
    await deliver(deps, job, world().invocation);
    await world().workOff(deps);

    expect(await rowsOf(job)).toMatchObject([{ state: "sent", attempt: 1 }]);
    expect(ses.handed.length).toBeLessThan(100);
  });

  it("that never get well make a message fail in the end", async () => {
    const ses = scriptedRoute(() => sick);
    const deps = world().deps({ routes: { ses: ses.route } });
    const job = jobTo(1);
    await deliver(deps, job, world().invocation);
    await world().workOff(deps);

    expect(await rowsOf(job)).toMatchObject([{ state: "failed", reason: "paused", attempt: mostAttempts }]);
    expect(world().clock.now() - noon).toBeLessThan(5 * 24 * hourMs);
  });

  it("use up an attempt where only this sender's mail is sick", async () => {
    const ses = scriptedRoute(() => ({ kind: "sick", reason: "not verified", widely: false }));
    const job = jobTo(1);
    await deliver(world().deps({ routes: { ses: ses.route } }), job, world().invocation);

    expect(await rowsOf(job)).toMatchObject([{ state: "retry", attempt: 1 }]);
  });
});
