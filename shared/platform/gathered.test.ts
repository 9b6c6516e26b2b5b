import { describe, expect, it } from "vitest";
import { gathered } from "./gathered.ts";

/** Work whose calls end when the test says so. */
function heldWork() {
  const calls: { asked: readonly number[]; end: PromiseWithResolvers<void> }[] = [];
  const ask = gathered<number, string>(3, async (asked) => {
    const end = Promise.withResolvers<void>();
    calls.push({ asked, end });
    await end.promise;
    return asked.map((one) => (one < 0 ? Promise.reject(new Error(`no ${one}`)) : `answer ${one}`));
  });
  const called = async (count: number) => {
    while (calls.length < count) await new Promise(setImmediate);
    return calls[count - 1]?.end;
  };
  return { calls, ask, called };
}

describe("what a process asks for at the same time", () => {
  it("goes in one call, up to as many as it takes, and what comes meanwhile in the next", async () => {
    const { calls, ask, called } = heldWork();
    const first = [1, 2, 3, 4].map(ask);
    (await called(1))?.resolve();
    expect(await Promise.all(first.slice(0, 3))).toEqual(["answer 1", "answer 2", "answer 3"]);
    const meanwhile = [5, 6].map(ask);
    (await called(2))?.resolve();
    (await called(3))?.resolve();

    expect(await Promise.all([...first.slice(3), ...meanwhile])).toEqual([4, 5, 6].map((n) => `answer ${n}`));
    expect(calls.map(({ asked }) => asked)).toEqual([[1, 2, 3], [4], [5, 6]]);
  });

  it("fails together where the call fails, alone where its own answer does, and holds up nothing after", async () => {
    const { ask, called } = heldWork();
    const failing = Promise.allSettled([1, 2].map(ask));
    (await called(1))?.reject(new Error("throttled"));
    expect((await failing).map(({ status }) => status)).toEqual(["rejected", "rejected"]);

    const mixed = Promise.allSettled([3, -4, 5].map(ask));
    (await called(2))?.resolve();
    expect((await mixed).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
