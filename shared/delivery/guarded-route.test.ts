import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { guardedRoute, unguardedRoute } from "./guarded-route.ts";
import type { Dispatch, Outcome } from "./outcome.ts";

const sick: Outcome = { kind: "sick", reason: "paused", widely: true };
const fine: Outcome = { kind: "accepted", rfcMessageId: "<1@x>" };
const dispatch = { mayStart: () => true } as Dispatch;

let answers: Outcome[];
let calls: number;
let reasons: string[];

function guarded() {
  const route = {
    send: async () => {
      calls += 1;
      return answers.shift() ?? fine;
    },
  };
  return guardedRoute(route, { clock: { now: Date.now }, onSick: (reason) => reasons.push(reason) });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 31) });
  [answers, calls, reasons] = [[], 0, []];
});
afterEach(() => vi.useRealTimers());

async function sendAll(route: ReturnType<typeof guarded>, count: number): Promise<string[]> {
  const kinds: string[] = [];
  for (let n = 0; n < count; n += 1) kinds.push((await route.send(dispatch)).kind);
  return kinds;
}

describe("a guarded route", () => {
  it("is left alone after three failures in a row that every message would meet, and says so once", async () => {
    answers = [sick, sick, sick];
    const route = guarded();

    expect(await sendAll(route, 5)).toEqual(Array(5).fill("sick"));
    expect(calls).toBe(3);
    expect(route.isOpen()).toBe(false);
    expect(reasons).toEqual(["paused"]);
  });

  it("is probed by one message after half a minute, and is well again when that one gets through", async () => {
    answers = [sick, sick, sick];
    const route = guarded();
    await sendAll(route, 3);
    vi.advanceTimersByTime(29_999);
    expect(route.isOpen()).toBe(false);
    vi.advanceTimersByTime(1);

    expect(route.isOpen()).toBe(true);
    expect(await sendAll(route, 2)).toEqual(["accepted", "accepted"]);
    expect(route.isOpen()).toBe(true);
  });

  it("waits another half minute when the probe fails", async () => {
    answers = [sick, sick, sick, sick];
    const route = guarded();
    await sendAll(route, 3);
    vi.advanceTimersByTime(30_000);

    expect(await sendAll(route, 2)).toEqual(["sick", "sick"]);
    expect(calls).toBe(4);
    expect(route.isOpen()).toBe(false);
    expect(reasons).toHaveLength(2);
  });

  it.each<[string, Outcome]>([
    ["refuses messages", { kind: "refused", reason: "550" }],
    ["does not know one sender", { kind: "sick", reason: "not verified", widely: false }],
    ["is asked to come later for some", { kind: "temporary", reason: "451" }],
  ])("is not sick because it %s", async (_what, outcome) => {
    answers = Array(10).fill(outcome);
    const route = guarded();
    await sendAll(route, 10);

    expect(route.isOpen()).toBe(true);
    expect(reasons).toEqual([]);
  });

  it.each<[string, Outcome]>([
    ["SES", { kind: "unknown", reason: "time-out" }],
    ["a relay", { kind: "temporary", reason: "connection lost", mayHaveLeft: true }],
  ])("is sick when %s loses its answers, without asking twice for one message", async (_what, outcome) => {
    answers = Array(3).fill(outcome);
    const route = guarded();

    expect((await route.send(dispatch)).kind).toBe(outcome.kind);
    expect(calls).toBe(1);
    await sendAll(route, 2);
    expect(route.isOpen()).toBe(false);
  });

  it("has patience with throttling, three tries of it", async () => {
    const throttled: Outcome = { ...sick, briefly: true };
    answers = [throttled, throttled, fine, throttled, throttled, throttled];
    const route = guarded();

    expect(await sendAll(route, 2)).toEqual(["accepted", "sick"]);
    expect(calls).toBe(6);
    expect(reasons).toEqual([]);
  });

  it("starts no call when no time is left for one, and that is not the route's fault", async () => {
    const late = { mayStart: () => false } as Dispatch;
    const route = guarded();

    expect([await route.send(late), await unguardedRoute(route).send(late)]).toMatchObject([
      { kind: "temporary" },
      { kind: "temporary" },
    ]);
    expect(calls).toBe(0);
  });
});
