import { expect, it } from "vitest";
import { hourStore } from "../../shared/quota/hour-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const nine = Date.UTC(2026, 10, 22, 9);
const minute = 60_000;

await onEachDynamoEngine("the hourly limit", (dynamo) => {
  const store = (clock: { now(): number }) =>
    hourStore({ client: dynamo.client, table: dynamo.tables.counters, clock });

  it("lets exactly so many through in an hour, from however many workers", async () => {
    const clock = settableClock(nine + minute);
    const workers = [store(clock), store(clock), store(clock)];
    const takes = workers.flatMap((hours) => Array.from({ length: 10 }, () => hours.take(1, 2, 21)));
    const answers = await Promise.all(takes);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
    expect(answers.find(({ ok }) => !ok)).toEqual({ ok: false, nextHour: nine + 60 * minute });
    expect(await workers[0]?.take(1, 1, 21)).toEqual({ ok: true });
  });

  it("never lets more than a high limit through, and keeps little of it back", async () => {
    const clock = settableClock(nine + minute);
    const limit = 6_000;
    const workers = Array.from({ length: 5 }, () => store(clock));
    await workers[0]?.take(7, limit - 40, limit);
    const answers = await Promise.all(
      workers.flatMap((hours) => Array.from({ length: 12 }, () => hours.take(7, 1, limit))),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(40);
    expect(await workers[0]?.take(7, 1, limit)).toEqual({ ok: false, nextHour: nine + 60 * minute });
  });

  it("opens again with the next hour", async () => {
    const clock = settableClock(nine + 59 * minute);
    const hours = store(clock);
    await hours.take(2, 1, 1);
    expect((await hours.take(2, 1, 1)).ok).toBe(false);
    clock.advance(minute);
    expect((await hours.take(2, 1, 1)).ok).toBe(true);
  });

  it("lets more through at once when the limit is raised", async () => {
    const hours = store(settableClock(nine));
    await hours.take(3, 1, 1);
    expect((await hours.take(3, 1, 1)).ok).toBe(false);
    expect((await hours.take(3, 1, 2)).ok).toBe(true);
  });

  it("takes nothing of what does not fit whole", async () => {
    const hours = store(settableClock(nine));
    expect((await hours.take(4, 6, 5)).ok).toBe(false);
    expect((await hours.take(4, 5, 5)).ok).toBe(true);
  });

  it("counts each account by itself", async () => {
    const hours = store(settableClock(nine));
    expect((await hours.take(5, 1, 1)).ok).toBe(true);
    expect((await hours.take(6, 1, 1)).ok).toBe(true);
  });
});
