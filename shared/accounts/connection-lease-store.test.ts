import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { settableClock, startTestTable, type TestTable } from "../../test/support/test-table.ts";
import { beatMs, connectionLeaseStore } from "./connection-lease-store.ts";

const clock = settableClock(Date.UTC(2026, 0, 31));
let counters: TestTable;
let accountId = 0;

beforeAll(async () => {
  counters = await startTestTable("Counters");
});
beforeEach(() => void accountId++);
afterAll(() => counters.stop());

let processes = 0;
async function startProcess() {
  const { client, table } = counters;
  const store = connectionLeaseStore({ client, table, clock, processId: `task-${processes++}` });
  await store.beat();
  return store;
}

const ids = (from: string, count: number) => Array.from({ length: count }, (_, place) => `${from}${place}`);

describe("connections of an account", () => {
  it("are limited over all processes, and free again once given back", async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    expect(await one.take({ accountId }, "a", 2)).toBe(true);
    expect(await other.take({ accountId }, "b", 2)).toBe(true);
    expect(await one.take({ accountId }, "c", 2)).toBe(false);
    await other.release({ accountId }, "b");
    expect(await one.take({ accountId }, "c", 2)).toBe(true);
  });

  it("never exceed the limit, however many ask at once", async () => {
    const all = await Promise.all([startProcess(), startProcess(), startProcess()]);
    const taken = await Promise.all(
      all.flatMap((store, place) => ids(`${place}-`, 10).map((id) => store.take({ accountId }, id, 10))),
    );
    expect(taken.filter(Boolean)).toHaveLength(10);
  });

  it("count once if the first answer was lost, and are given back once", async () => {
    const store = await startProcess();
    expect(await store.take({ accountId }, "a", 2)).toBe(true);
    expect(await store.take({ accountId }, "a", 2)).toBe(true);
    await store.release({ accountId }, "a");
    await store.release({ accountId }, "a");
    expect(await store.take({ accountId }, "b", 1)).toBe(true);
    expect(await store.take({ accountId }, "c", 1)).toBe(false);
  });

  it("are the account's own, and apart from those of an address", async () => {
    const store = await startProcess();
    expect(await store.take({ accountId }, "a", 1)).toBe(true);
    expect(await store.take({ accountId: accountId + 1_000 }, "b", 1)).toBe(true);
    expect(await store.take({ address: "192.0.2.7" }, "a", 1)).toBe(true);
    expect(await store.take({ address: "192.0.2.7" }, "c", 1)).toBe(false);
    expect(await store.take({ address: "192.0.2.8" }, "c", 1)).toBe(true);
  });
});

describe("a process that died", () => {
  it("keeps its connections for a minute at most", async () => {
    const [dead, living] = [await startProcess(), await startProcess()];
    for (const id of ids("d", 3)) await dead.take({ accountId }, id, 4);
    await living.take({ accountId }, "l", 4);
    clock.advance(59_000);
    await living.beat();
    expect(await living.take({ accountId }, "m", 4)).toBe(false);
    clock.advance(2_000);
    const taken = await Promise.all(ids("n", 5).map((id) => living.take({ accountId }, id, 4)));
    expect(taken.filter(Boolean)).toHaveLength(3);
  });

  it("is told from one that lives for hours", async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await one.take({ accountId }, "a", 1);
    for (let beats = 0; beats < 400; beats += 40) {
      clock.advance(beatMs);
      await one.beat();
      expect(await other.take({ accountId }, "b", 1)).toBe(false);
    }
  });
});

describe("a connection that could not be given back", () => {
  it("is given back with the next beat", async () => {
    const store = await startProcess();
    await store.take({ accountId }, "a", 1);
    const broken = { name: "broken" };
    counters.client.middlewareStack.add(() => () => Promise.reject(new Error("broken on purpose")), broken);
    await store.release({ accountId }, "a");
    await expect(store.take({ accountId }, "b", 1)).rejects.toThrow("broken on purpose");
    counters.client.middlewareStack.remove("broken");
    expect(await store.take({ accountId }, "c", 1)).toBe(false);
    await store.beat();
    expect(await store.take({ accountId }, "c", 1)).toBe(true);
  });
});
