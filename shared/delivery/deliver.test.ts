import { afterAll, describe, expect, it, vi } from "vitest";
import {
  accepting,
  account,
  accountId,
  deliveryWorld,
  jobTo,
  noon,
  scriptedRoute,
  useDeliveryWorld,
} from "../../test/support/delivery-world.ts";
import { startTestTable, type TestTable } from "../../test/support/test-table.ts";
import { deliver } from "./deliver.ts";
import type { Outcome } from "./outcome.ts";
import { mostAttempts, retryGapsMinutes } from "./retry-rules.ts";

const { world, rowsOf } = useDeliveryWorld();

const sick: Outcome = { kind: "sick", reason: "paused", widely: true };

describe("a delivery job", () => {
  it("reaches each of its recipients once, and is then done", async () => {
    const ses = scriptedRoute(accepting);
    const job = jobTo(50);
    await deliver(world().deps({ routes: { ses: ses.route } }), job, world().invocation);

    expect(ses.handed.map(({ recipient }) => recipient).sort()).toEqual(
      job.recipients.map(({ email }) => email).sort(),
    );
    for (const { messageId, mime } of ses.handed) {
      expect(mime.toString()).toContain(`Message-ID: <${messageId}@example.com>`);
      expect(mime.toString()).toContain(`CFBL-Address: fbl+${messageId}@`);
    }
    expect(world().queued).toEqual([]);
    for (const row of await rowsOf(job)) {
      expect(row).toMatchObject({
        state: "sent",
        status: "enqueued",
        route: "ses",
        attempt: 1,
        providerMessageId: `p-${row?.messageId}`,
        subject: "Hello",
      });
    }
  });

  it("that is not due yet goes back untouched", async () => {
    const job = jobTo(1, { notBefore: noon + 7_200_000 });
    const ses = scriptedRoute(accepting);
    await deliver(world().deps({ routes: { ses: ses.route } }), job, world().invocation);

    expect(world().queued).toEqual([{ job, dueAt: noon + 900_000 }]);
    expect(ses.handed).toEqual([]);
  });

  it("delays only the recipient that must wait, and tries that one again until it arrives", async () => {
    let failures = 2;
    const ses = scriptedRoute((dispatch) =>
      dispatch.recipient === "r1@example.org" && failures-- > 0
        ? { kind: "temporary", reason: "451 later" }
        : accepting(dispatch),
    );
    const deps = world().deps({ routes: { ses: ses.route } });
    const job = jobTo(3);
    await deliver(deps, job, world().invocation);

    expect((await rowsOf(job)).map((row) => row?.state)).toEqual(["sent", "retry", "sent"]);
    expect(world().queued).toEqual([
      {
        job: {
          ...job,
          recipients: [job.recipients[1]],
          attempt: 1,
          notBefore: noon + 60_000,
        },
        dueAt: noon + 60_000,
      },
    ]);
    await world().workOff(deps);
    expect((await rowsOf(job)).map((row) => row?.state)).toEqual(["sent", "sent", "sent"]);
    expect((await rowsOf(job))[1]).toMatchObject({ attempt: 3 });
  });

  it("bounces after ten more attempts within about a day", async () => {
    const ses = scriptedRoute(() => ({ kind: "temporary", reason: "451 never" }));
    const deps = world().deps({ routes: { ses: ses.route } });
    const job = jobTo(1);
    await deliver(deps, job, world().invocation);
    await world().workOff(deps);

    expect(ses.handed).toHaveLength(mostAttempts);
    expect(await rowsOf(job)).toMatchObject([{ state: "failed", reason: "451 never" }]);
    const wholeDay = retryGapsMinutes.reduce((sum, gap) => sum + gap, 0) * 60_000;
    expect(world().clock.now() - noon).toBe(wholeDay);
  });

  it("fails for good when the message is refused, and no other route is asked", async () => {
    const ses = scriptedRoute(() => ({ kind: "refused", reason: "MessageRejected" }));
    const smtp = scriptedRoute(accepting);
    const job = jobTo(1);
    await deliver(world().deps({ routes: { ses: ses.route, smtp: smtp.route } }), job, world().invocation);

    expect(await rowsOf(job)).toMatchObject([{ state: "failed", reason: "MessageRejected" }]);
    expect(smtp.handed).toEqual([]);
    expect(world().queued).toEqual([]);
  });

  it("that the customer was told is refused is dropped", async () => {
    const ses = scriptedRoute(accepting);
    const job = jobTo(2);
    await world().messages.markRefused(accountId, [job.recipients[0]?.messageId ?? ""]);
    await deliver(world().deps({ routes: { ses: ses.route } }), job, world().invocation);

    expect(ses.handed.map(({ recipient }) => recipient)).toEqual(["r1@example.org"]);
  });

  it("is not begun when the worker's time is nearly up", async () => {
    const ses = scriptedRoute(accepting);
    const job = jobTo(1);
    await deliver(world().deps({ routes: { ses: ses.route } }), job, { remainingMs: () => 5_000 });

    expect(ses.handed).toEqual([]);
    expect(await rowsOf(job)).toEqual([undefined]);
    expect(world().queued).toMatchObject([{ job: { recipients: job.recipients }, dueAt: noon }]);
  });

  it.each([
    ["domain is gone", { domains: { find: async () => undefined } }],
    ["account is banned", { accounts: { get: async () => ({ ...account, status: "banned" as const }) } }],
    ["account is gone", { accounts: { get: async () => undefined } }],
  ])("fails when its %s by now", async (_what, change) => {
    const ses = scriptedRoute(accepting);
    const job = jobTo(1);
    await deliver(world().deps({ routes: { ses: ses.route }, ...change }), job, world().invocation);

    expect(await rowsOf(job)).toMatchObject([{ state: "failed" }]);
    expect(world().events.map(({ kind }) => kind)).toEqual(["reject"]);
    expect(ses.handed).toEqual([]);
  });

  it("whose content is missing comes again, and nobody has got anything", async () => {
    const ses = scriptedRoute(accepting);
    const deps = world().deps({ routes: { ses: ses.route } });
    const contents = { ...deps.contents, load: () => Promise.reject(new Error("NoSuchKey")) };
    const work = deliver({ ...deps, contents }, jobTo(1), world().invocation);

    await expect(work).rejects.toThrow("NoSuchKey");
    expect(ses.handed).toEqual([]);
  });

  it("tries again what could not be prepared", async () => {
    const composing = {
      mailHost: "mail.example.net",
      trackingUrl: "https://track.example.net",
      linkKeys: { key: () => Promise.reject(new Error("no key")) },
    };
    const job = jobTo(1, { stream: "bulk" });
    await deliver(world().deps({ composing }), job, world().invocation);

    expect(await rowsOf(job)).toMatchObject([{ state: "retry" }]);
    expect(world().warnings).toEqual(["a message could not be prepared"]);
  });
});

describe("routes", () => {
  it("change at once when SES is sick, and the change is written down first", async () => {
    const ses = scriptedRoute(() => sick);
    const job = jobTo(1);
    const smtp = scriptedRoute(async (dispatch) => {
      expect(await rowsOf(job)).toMatchObject([{ state: "claimed", route: "smtp" }]);
      return accepting(dispatch);
    });
    await deliver(world().deps({ routes: { ses: ses.route, smtp: smtp.route } }), job, world().invocation);

    expect(await rowsOf(job)).toMatchObject([{ state: "sent", route: "smtp", attempt: 1 }]);
  });

  it("do not even start with SES while it is known to be sick", async () => {
    const ses = scriptedRoute(accepting);
    ses.route.open = false;
    const smtp = scriptedRoute(accepting);
    await deliver(
      world().deps({ routes: { ses: ses.route, smtp: smtp.route } }),
      jobTo(1),
      world().invocation,
    );

    expect([ses.handed.length, smtp.handed.length]).toEqual([0, 1]);
  });

  it("that are all sick make a message wait", async () => {
    const [ses, smtp] = [scriptedRoute(() => sick), scriptedRoute(() => sick)];
    const job = jobTo(1);
    await deliver(world().deps({ routes: { ses: ses.route, smtp: smtp.route } }), job, world().invocation);

    expect(await rowsOf(job)).toMatchObject([{ state: "retry", reason: "paused" }]);
  });

  it("do not change when SES may have taken the message", async () => {
    const ses = scriptedRoute(() => ({ kind: "unknown", reason: "time-out" }));
    const smtp = scriptedRoute(accepting);
    const job = jobTo(1);
    await deliver(world().deps({ routes: { ses: ses.route, smtp: smtp.route } }), job, world().invocation);

    expect(smtp.handed).toEqual([]);
    expect(await rowsOf(job)).toMatchObject([{ state: "claimed", route: "ses" }]);
    expect(world().queued).toHaveLength(1);
  });

  it("go back to SMTP, with the same Message-ID, when the message may have left by it", async () => {
    const ses = scriptedRoute(accepting);
    ses.route.open = false;
    let lost = true;
    const smtp = scriptedRoute((dispatch): Outcome => {
      if (!lost) return accepting(dispatch);
      lost = false;
      return { kind: "temporary", reason: "connection lost", mayHaveLeft: true };
    });
    const deps = world().deps({ routes: { ses: ses.route, smtp: smtp.route } });
    const job = jobTo(1);
    await deliver(deps, job, world().invocation);
    ses.route.open = true;
    await world().workOff(deps);

    expect(ses.handed).toEqual([]);
    expect(smtp.handed.map(({ rfcMessageId }) => rfcMessageId)).toEqual(
      Array(2).fill(`<${job.recipients[0]?.messageId}@example.com>`),
    );
    expect(await rowsOf(job)).toMatchObject([{ state: "sent" }]);
  });
});

describe("the account's hour", () => {
  it("lets through what fits, shows the rest as waiting, and delivers it in the next hours", async () => {
    const limited = { ...account, limits: { ...account.limits, emailsPerHour: 12 } };
    const own = deliveryWorld(await tableOfItsOwn());
    const ses = scriptedRoute(accepting);
    const deps = own.deps({ routes: { ses: ses.route }, accounts: { get: async () => limited } });
    const job = jobTo(30);
    await deliver(deps, job, own.invocation);

    const states = await own.messages.statesOf(
      accountId,
      job.recipients.map(({ messageId }) => messageId),
    );
    expect([...states.values()].filter((state) => state === "sent")).toHaveLength(12);
    expect([...states.values()].filter((state) => state === "waiting")).toHaveLength(18);
    expect(own.queued).toHaveLength(1);

    await own.workOff(deps);
    expect(ses.handed).toHaveLength(30);
    expect(own.clock.now()).toBeGreaterThanOrEqual(noon + 2 * 3_600_000);
    expect(own.clock.now()).toBeLessThan(noon + 3 * 3_600_000);
  });

  it("costs nothing for each message that goes on waiting", async () => {
    const limited = { ...account, limits: { ...account.limits, emailsPerHour: 10 } };
    const own = deliveryWorld(await tableOfItsOwn());
    const usual = own.deps({ accounts: { get: async () => limited } });
    const postpone = vi.fn(usual.claims.postpone);
    const deps = { ...usual, claims: { ...usual.claims, postpone } };
    await deliver(deps, jobTo(50), own.invocation);
    await own.workOff(deps);

    expect(postpone).toHaveBeenCalledTimes(40);
  });

  it("is not asked again for a retry", async () => {
    const limited = { ...account, limits: { ...account.limits, emailsPerHour: 1 } };
    const own = deliveryWorld(await tableOfItsOwn());
    let failed = false;
    const ses = scriptedRoute((dispatch): Outcome => {
      if (failed) return accepting(dispatch);
      failed = true;
      return { kind: "temporary", reason: "451" };
    });
    const deps = own.deps({ routes: { ses: ses.route }, accounts: { get: async () => limited } });
    await deliver(deps, jobTo(1), own.invocation);
    await own.workOff(deps);

    expect(ses.handed).toHaveLength(2);
    expect(own.clock.now()).toBe(noon + 60_000);
  });
});

const owned: TestTable[] = [];
afterAll(() => Promise.all(owned.map((each) => each.stop())));

async function tableOfItsOwn(): Promise<TestTable> {
  const own = await startTestTable("Messages");
  owned.push(own);
  return own;
}
