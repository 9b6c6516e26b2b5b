import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accepting,
  accountId,
  deliveryWorld,
  jobTo,
  noon,
  scriptedRoute,
  visibilityMs,
} from "../../test/support/delivery-world.ts";
import { settableClock, startTestTable, type TestTable } from "../../test/support/test-table.ts";
import type { EventKind, MessageEvent } from "../contracts/message-event.ts";
import { evidenceWaitMs } from "../messages/claim-rules.ts";
import { dayOf } from "../messages/counters.ts";
import { accountPartition } from "../platform/account-partition.ts";
import { deliver } from "./deliver.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import type { Dispatch, Outcome } from "./outcome.ts";

let table: TestTable;

beforeAll(async () => {
  table = await startTestTable("Messages");
});
afterAll(() => table.stop());

/** Where a worker dies: at its nth step outside, before or after the step was done. */
interface Death {
  readonly step: number;
  readonly after: boolean;
}

/** What a provider does with one call. */
type Behaviour = "takes" | "takes, answer lost" | "fails, answer lost" | "throttles" | "is busy";

interface Plan {
  readonly recipients: number;
  /** For each worker in turn; a worker beyond the list lives. */
  readonly deaths: readonly (Death | undefined)[];
  /** For each call in turn; a call beyond the list is taken. */
  readonly behaviours: readonly Behaviour[];
  /** How many copies of a queue message are received at once, in turn. */
  readonly copies: readonly number[];
  /** After how many seconds a notification arrives, in turn. */
  readonly notices: readonly number[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  recipients: fc.integer({ min: 1, max: 3 }),
  deaths: fc.array(
    fc.option(fc.record({ step: fc.integer({ min: 1, max: 14 }), after: fc.boolean() }), { nil: undefined }),
    { maxLength: 12 },
  ),
  behaviours: fc.array(
    fc.constantFrom<Behaviour>("takes", "takes, answer lost", "fails, answer lost", "throttles", "is busy"),
    { maxLength: 8 },
  ),
  copies: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 12 }),
  notices: fc.array(fc.integer({ min: 0, max: evidenceWaitMs / 1000 - 1 }), { maxLength: 12 }),
});

class Dead extends Error {}

/** Counts a worker's steps outside and ends it at one; whatever it does afterwards does not happen. */
function lifeline(death: Death | undefined) {
  let steps = 0;
  let dead = false;
  return async <T>(step: () => Promise<T>): Promise<T> => {
    if (dead) throw new Dead();
    steps += 1;
    if (death?.step !== steps) return await step();
    if (death.after) await step();
    dead = true;
    throw new Dead();
  };
}

/** How many messages the statistics know to be sent. */
async function sentCount(): Promise<number> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :day)",
      ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":day": dayOf(noon) },
    }),
  );
  return Items.reduce((sum, { sent }) => sum + Number(sent), 0);
}

/** Plays a plan through to the end. @returns what a provider took, what is counted, and the messages' states */
async function play(plan: Plan, sesIsWell: boolean) {
  const clock = settableClock(noon);
  const world = deliveryWorld(table, clock);
  const countedBefore = await sentCount();
  const taken: Dispatch[] = [];
  const notices: { dispatch: Dispatch; at: number }[] = [];
  const deaths = plan.deaths.values();
  const behaviours = plan.behaviours.values();
  const copies = plan.copies.values();
  const delays = plan.notices.values();

  const take = (dispatch: Dispatch) => {
    taken.push(dispatch);
    if (sesIsWell) notices.push({ dispatch, at: clock.now() + (delays.next().value ?? 0) * 1000 });
  };
  const provider = (dispatch: Dispatch): Outcome => {
    const lost: Outcome = sesIsWell
      ? { kind: "unknown", reason: "lost" }
      : { kind: "temporary", reason: "lost", mayHaveLeft: true };
    switch (behaviours.next().value ?? "takes") {
      case "takes, answer lost":
        take(dispatch);
        return lost;
      case "fails, answer lost":
        return lost;
      case "throttles":
        return { kind: "sick", reason: "throttled", widely: true };
      case "is busy":
        return { kind: "temporary", reason: "busy", reply: { response: "451 busy" } };
      default:
        take(dispatch);
        return sesIsWell
          ? accepting(dispatch)
          : { kind: "accepted", delivered: { response: "250 OK" }, rfcMessageId: dispatch.rfcMessageId };
    }
  };

  function worker(): DeliverDeps {
    const live = lifeline(deaths.next().value);
    const client = {
      send: (command: never) => live(() => table.client.send(command)),
    } as unknown as DynamoDBDocumentClient;
    const usual = world.deps({}, client);
    const { route } = scriptedRoute((dispatch) => live(async () => provider(dispatch)));
    const shut = scriptedRoute(provider).route;
    shut.open = false;
    return {
      ...usual,
      queue: { putBack: (job, at) => live(() => usual.queue.putBack(job, at)) },
      events: { put: (events) => live(() => usual.events.put(events)) },
      routes: sesIsWell ? { ses: route } : { ses: shut, smtp: route },
    };
  }

  async function notify() {
    for (const notice of notices.filter(({ at }) => at <= clock.now())) {
      const { messageId } = notice.dispatch;
      notices.splice(notices.indexOf(notice), 1);
      await world.messages.recordProviderAcceptance({
        accountId,
        messageId,
        providerMessageId: `p-${messageId}`,
        acceptedAt: clock.now(),
      });
    }
  }

  const job = jobTo(plan.recipients);
  world.queued.push({ job, dueAt: noon });
  for (let rounds = 0; world.queued.length > 0; rounds += 1) {
    if (rounds > 400) throw new Error("the queue never emptied");
    clock.set(Math.max(clock.now(), Math.min(...world.queued.map(({ dueAt }) => dueAt))));
    await notify();
    const due = world.queued.filter(({ dueAt }) => dueAt <= clock.now());
    world.queued.splice(0, Infinity, ...world.queued.filter((queued) => !due.includes(queued)));
    await Promise.all(
      due.map(async (received) => {
        const workers = Array.from({ length: copies.next().value ?? 1 }, worker);
        const ends = await Promise.allSettled(
          workers.map((deps) => deliver(deps, received.job, world.invocation)),
        );
        // The queue forgets a message only when whoever received it last has finished.
        if (ends.at(-1)?.status === "rejected") {
          world.queued.push({ ...received, dueAt: clock.now() + visibilityMs });
        }
      }),
    );
  }
  const ids = job.recipients.map(({ messageId }) => messageId);
  const counted = (await sentCount()) - countedBefore;
  return { ids, taken, told: world.events, counted, states: await world.messages.statesOf(accountId, ids) };
}

/** The messages of which such an event was told, however often. */
function toldOf(told: readonly MessageEvent[], wanted: EventKind): string[] {
  const events = told.filter(({ kind }) => kind === wanted);
  return [...new Set(events.map(({ messageId }) => messageId))].sort();
}

describe("however often queue messages are repeated, and wherever workers die", () => {
  it("SES gets each message exactly once", async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { ids, taken, counted, states } = await play(plan, true);

        expect(taken.map(({ messageId }) => messageId).sort()).toEqual(ids.toSorted());
        expect(ids.map((id) => states.get(id))).toEqual(ids.map(() => "sent"));
        expect(counted).toBe(ids.length);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it("SMTP gets each message at least once, and every repeat bears the same Message-ID", async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { ids, taken, told, counted, states } = await play(plan, false);

        expect(new Set(taken.map(({ messageId }) => messageId))).toEqual(new Set(ids));
        expect(new Set(taken.map(({ rfcMessageId }) => rfcMessageId)).size).toBe(ids.length);
        expect(ids.map((id) => states.get(id))).toEqual(ids.map(() => "sent"));
        expect(counted).toBe(ids.length);
        expect(toldOf(told, "delivery")).toEqual(ids.toSorted());
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
