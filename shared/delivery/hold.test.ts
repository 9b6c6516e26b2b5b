import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  accepting,
  account,
  accountId,
  deliveryWorld,
  domain,
  jobTo,
  noon,
  scriptedRoute,
} from "../../test/support/delivery-world.ts";
import { startTestTable, type TestTable } from "../../test/support/test-table.ts";
import type { Account } from "../accounts/account.ts";
import { ban, lift, type StandingChange, standOf, suspend } from "../accounts/standing.ts";
import type { SuspensionScope } from "../accounts/suspension.ts";
import { type DeliveryJob, deliveryJobSchema } from "../contracts/delivery-job.ts";
import type { ComplianceStatus } from "../domains/sending-domain.ts";
import { heldStore } from "../messages/held-store.ts";
import { deliver } from "./deliver.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import { letGo } from "./let-go.ts";
import { retryGapsMinutes } from "./retry-rules.ts";

const day = 24 * 3_600_000;
const whole: SuspensionScope = { kind: "account" };

let table: TestTable;
let world: ReturnType<typeof deliveryWorld>;
let now: Account;
let ses: ReturnType<typeof scriptedRoute>;
let deps: DeliverDeps;
const stored = new Map<string, string>();

beforeAll(async () => {
  table = await startTestTable("Messages");
});
beforeEach(async () => {
  world = deliveryWorld(table);
  now = account;
  ses = scriptedRoute(accepting);
  stored.clear();
  await held().remove((await held().page(accountId, 100)).held);
  deps = { ...world.deps({ accounts: { get: async () => now }, routes: { ses: ses.route } }) };
  deps = { ...deps, holding: { ...deps.holding, heldJobs: jobsIn(stored) } };
});
afterAll(() => table.stop());

function held() {
  return heldStore({ client: table.client, table: table.table });
}

function jobsIn(bucket: Map<string, string>) {
  return {
    put: async (key: string, text: string) => void bucket.set(key, text),
    get: async (key: string) => bucket.get(key) ?? Promise.reject(new Error("NoSuchKey")),
  };
}

function change(...changes: readonly StandingChange[]): void {
  for (const one of changes) now = { ...now, ...one(standOf(now), world.clock.now()) };
}

const heldMail = async () => (await held().page(accountId, 100)).held;
const work = (job: DeliveryJob, worker = deps) => deliver(worker, job, world.invocation);

/** Lets held mail go, into the queue of this world. */
async function release(until = Number.POSITIVE_INFINITY, refuses = new Set<number>()) {
  const send = async (bodies: readonly string[]) => {
    for (const [place, body] of bodies.entries()) {
      if (refuses.has(place)) continue;
      world.queued.push({ job: deliveryJobSchema.parse(JSON.parse(body)), dueAt: world.clock.now() });
    }
    return refuses;
  };
  const queues = { transactional: { send }, bulk: { send } };
  const standings = { read: async () => now };
  return await letGo(
    { standings, held: held(), heldJobs: jobsIn(stored), queues, clock: world.clock },
    accountId,
    until,
  );
}

const statesOf = async (job: DeliveryJob) =>
  (await Promise.all(job.recipients.map((one) => world.messages.get({ accountId, ...one })))).map(
    (row) => row?.state,
  );
const eventsOf = (kind: string) => world.events.filter((event) => event.kind === kind);

describe("mail of a suspended account", () => {
  it("is held, shown as waiting, and goes out once when the suspension is lifted", async () => {
    const job = jobTo(3, { notBefore: noon });
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(job);
    await work(job);

    expect(ses.handed).toEqual([]);
    expect(world.queued).toEqual([]);
    expect(await statesOf(job)).toEqual(["waiting", "waiting", "waiting"]);
    expect(await heldMail()).toMatchObject([{ messages: 3, domainName: "example.com" }]);
    expect(eventsOf("suspension").map((event) => "reason" in event && event.reason)).toEqual(
      Array(6).fill("Your account is suspended."),
    );
    // What repeats is the same event, which is recorded once.
    expect(new Set(eventsOf("suspension").map(({ eventId }) => eventId)).size).toBe(3);

    change(lift(whole));
    expect(await release()).toEqual({ messages: 3, failed: 0, isAll: true });
    await world.workOff(deps);
    expect(ses.handed).toHaveLength(3);
    expect(await statesOf(job)).toEqual(["sent", "sent", "sent"]);
    expect(await heldMail()).toEqual([]);
  });

  it("is refused when the suspension becomes a ban, without waiting for the account's hours", async () => {
    const job = jobTo(50);
    now = { ...account, limits: { ...account.limits, emailsPerHour: 1 } };
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(job);
    change(ban("Spam"));
    await release();
    await world.workOff(deps);

    expect(ses.handed).toEqual([]);
    expect(new Set(await statesOf(job))).toEqual(new Set(["failed"]));
    expect(eventsOf("reject")).toHaveLength(50);
    expect(eventsOf("reject")[0]).toMatchObject({ reason: "Account is banned" });
    expect(world.clock.now()).toBe(noon);
  });

  it("is held although a worker took it before, once its account is looked at again", async () => {
    const job = jobTo(2);
    const looks = [account];
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(job, { ...deps, accounts: { get: async () => looks.shift() ?? now } });
    await world.workOff(deps);

    expect(ses.handed).toEqual([]);
    expect(await heldMail()).toMatchObject([{ messages: 2 }]);
  });

  it("goes out at once where a worker has not heard yet that the suspension is lifted", async () => {
    change(suspend({ scope: whole, reason: "Complaints" }));
    const suspended = now;
    change(lift(whole));
    const looks = [suspended];
    await work(jobTo(1), { ...deps, accounts: { get: async () => looks.shift() ?? now } });

    expect(ses.handed).toHaveLength(1);
  });

  it("is not left behind when the suspension is lifted while a worker puts it away", async () => {
    change(suspend({ scope: whole, reason: "Complaints" }));
    const put: typeof deps.holding.held.put = async (mail) => {
      change(lift(whole));
      await release();
      await deps.holding.held.put(mail);
    };
    const job = jobTo(1);
    await work(job, { ...deps, holding: { ...deps.holding, held: { ...held(), put } } });
    await world.workOff(deps);

    expect(await statesOf(job)).toEqual(["sent"]);
    expect(await heldMail()).toEqual([]);
  });

  it("goes out once though whoever let it go died before he took it from its place", async () => {
    const job = jobTo(2);
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(job);
    const [mail] = await heldMail();
    change(lift(whole));
    await release();
    await held().put(mail ?? never());
    await release();
    await world.workOff(deps);

    expect(ses.handed).toHaveLength(2);
  });

  it("stays held as long as its queue does not take it", async () => {
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(jobTo(1));
    await work(jobTo(1));
    change(lift(whole));

    expect(await release(Number.POSITIVE_INFINITY, new Set([0]))).toMatchObject({ messages: 1, failed: 1 });
    expect(await heldMail()).toHaveLength(1);
    expect(await release(noon)).toEqual({ messages: 0, failed: 0, isAll: false });
    expect(await release()).toEqual({ messages: 1, failed: 0, isAll: true });
    await world.workOff(deps);
    expect(ses.handed).toHaveLength(2);
  });

  it("is held in another place where it is too large for an item", async () => {
    const inline = { from: { email: "shop@example.com" }, subject: "Large", text: "x".repeat(500_000) };
    const job = jobTo(1, { content: { stored: [], inline } });
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(job);

    expect(stored.size).toBe(1);
    change(lift(whole));
    await release();
    expect(world.queued[0]?.job.content).toEqual(job.content);
  });

  it("of different jobs for the same recipient does not take each other's place", async () => {
    const job = jobTo(2);
    change(suspend({ scope: whole, reason: "Complaints" }));
    await work(job);
    await work({ ...job, recipients: job.recipients.slice(0, 1), attempt: 1 });

    expect((await heldMail()).map(({ messages }) => messages).sort()).toEqual([1, 2]);
  });
});

describe("a suspension", () => {
  it.each<[string, SuspensionScope, Partial<DeliveryJob>]>([
    ["domain", { kind: "domain", domainName: "example.com" }, { domainName: "other.example" }],
    ["stream", { kind: "stream", stream: "transactional" }, { stream: "bulk" }],
  ])("of a %s holds no other mail", async (_kind, scope, other) => {
    change(suspend({ scope, reason: "Complaints" }));
    await work(jobTo(1));
    await work(jobTo(1, other));

    expect(ses.handed).toHaveLength(1);
    expect(await heldMail()).toHaveLength(1);
  });

  it("that is lifted lets nothing go that another holds", async () => {
    const stream: SuspensionScope = { kind: "stream", stream: "bulk" };
    change(suspend({ scope: whole, reason: "Complaints" }), suspend({ scope: stream, reason: "Bounces" }));
    await work(jobTo(1));
    await work(jobTo(1, { stream: "bulk" }));
    change(lift(whole));

    expect(await release()).toMatchObject({ messages: 1 });
    expect(await heldMail()).toMatchObject([{ stream: "bulk" }]);
    change(lift(stream));
    expect(await release()).toMatchObject({ messages: 1 });
  });
});

describe("mail whose domain may not send any more", () => {
  const withDomain = (status: () => ComplianceStatus): DeliverDeps => ({
    ...deps,
    domains: { find: async () => ({ ...domain, complianceStatus: status() }) },
  });

  it("waits for it, as a suspension in the log, and goes out when the domain is well again", async () => {
    let looks = 0;
    const job = jobTo(2);
    const worker = withDomain(() => (++looks > 4 ? "compliant" : "unverified_dns"));
    await work(job, worker);
    expect(await statesOf(job)).toEqual(["waiting", "waiting"]);
    await world.workOff(worker);

    expect(await statesOf(job)).toEqual(["sent", "sent"]);
    expect(new Set(eventsOf("suspension").map(({ eventId }) => eventId)).size).toBe(2);
    expect(eventsOf("suspension")[0]).toMatchObject({
      reason: "The sending domain example.com is not verified any more.",
    });
  });

  it.each<ComplianceStatus>(["unverified_dns", "suspended", "non_compliant"])(
    "is rejected after ten more looks within about a day: %s",
    async (status) => {
      let looks = 0;
      const job = jobTo(1);
      const worker = withDomain(() => {
        looks += 1;
        return status;
      });
      await work(job, worker);
      await world.workOff(worker);

      expect(await statesOf(job)).toEqual(["failed"]);
      expect(eventsOf("reject")).toHaveLength(1);
      expect(ses.handed).toEqual([]);
      expect(world.clock.now() - noon).toBe(retryGapsMinutes.reduce((sum, gap) => sum + gap, 0) * 60_000);
      expect(world.clock.now() - noon).toBeGreaterThan(0.9 * day);
      expect(looks).toBeGreaterThanOrEqual(11);
    },
  );
});

function never(): never {
  throw new Error("nothing is held");
}
