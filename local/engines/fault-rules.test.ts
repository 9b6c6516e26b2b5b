import { expect, test } from "vitest";
import { type FaultTerms, faultBook } from "./fault-rules.ts";

interface Rule extends FaultTerms {
  effect: "fail" | "hang";
}

const strikes = (book: ReturnType<typeof faultBook<Rule>>, calls: number) =>
  Array.from({ length: calls }, () => book.strike(["fail"], ["a@there.example"]) !== undefined);

test("a rule with a number of times strikes so often and is then spent", () => {
  const book = faultBook<Rule>();
  book.set({ rules: [{ effect: "fail", times: 2 }] });
  expect(strikes(book, 4)).toEqual([true, true, false, false]);
  expect(book.rules()).toEqual([]);
});

test("a rule with a probability strikes about that share, the same calls for the same seed", () => {
  const book = faultBook<Rule>();
  const run = (seed: number) => {
    book.set({ seed, rules: [{ effect: "fail", probability: 0.1 }] });
    return strikes(book, 5_000);
  };
  const share = run(7).filter(Boolean).length / 5_000;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.12);
  expect(run(7)).toEqual(run(7));
  expect(run(7)).not.toEqual(run(8));
});

test("a rule for a recipient strikes only its calls, by address or by domain, whatever the case", () => {
  const book = faultBook<Rule>();
  book.set({
    rules: [
      { effect: "fail", recipient: "A@There.example" },
      { effect: "fail", recipient: "@bad.example" },
    ],
  });
  expect(book.strike(["fail"], ["a@there.example"])).toBeDefined();
  expect(book.strike(["fail"], ["x@BAD.example"])).toBeDefined();
  expect(book.strike(["fail"], ["b@there.example", "x@notbad.example"])).toBeUndefined();
});

test("rules of another effect neither strike nor are used up", () => {
  const book = faultBook<Rule>();
  book.set({ rules: [{ effect: "hang", times: 1 }] });
  expect(strikes(book, 3)).toEqual([false, false, false]);
  expect(book.rules()).toEqual([{ effect: "hang", times: 1 }]);
});

test("no rules heal everything", () => {
  const book = faultBook<Rule>();
  book.set({ rules: [{ effect: "fail" }] });
  expect(strikes(book, 1)).toEqual([true]);
  book.set({ rules: [] });
  expect(strikes(book, 1)).toEqual([false]);
});
