import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queueCallBytes } from "../contracts/delivery-job.ts";
import { packCalls } from "./queue-packing.ts";

describe("packing bodies into calls", () => {
  it("puts ten small ones into each", () => {
    expect(packCalls(Array(25).fill("{}")).map((call) => call.length)).toEqual([10, 10, 5]);
  });

  it("counts bytes, not characters", () => {
    const body = "é".repeat(queueCallBytes / 4 + 1);
    expect(packCalls([body, body]).map((call) => call.length)).toEqual([1, 1]);
  });

  it("loses none, keeps their order and stays within the limits", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: queueCallBytes }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const calls = packCalls(lengths.map((length) => "x".repeat(length)));
        expect(calls.flat().map(({ place, body }) => [place, body.length])).toEqual([...lengths.entries()]);
        for (const call of calls) {
          expect(call.length).toBeLessThanOrEqual(10);
          expect(call.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(queueCallBytes);
        }
      }),
      { numRuns: 30 },
    );
  });
});
