import { afterEach, describe, expect, it, vi } from "vitest";
import { eachAlone, eachRecord } from "./each-alone.ts";
import { logger } from "./observability.ts";

const logged = vi.spyOn(logger, "error").mockImplementation(() => undefined);
afterEach(() => logged.mockClear());

const odd = async (id: number) => {
  if (id % 2 === 1) throw new TypeError("odd");
};
const trouble = { text: "it could not be done", naming: (id: number) => ({ id }) };

describe("work on each of some", () => {
  it("goes on with the others where one fails, logs it, and gives back which failed", async () => {
    expect(await eachAlone([1, 2, 3, 4], trouble, odd)).toEqual([1, 3]);
    expect(logged.mock.calls).toEqual([
      [trouble.text, { id: 1, failure: expect.objectContaining({ name: "TypeError" }) }],
      [trouble.text, { id: 3, failure: expect.objectContaining({ name: "TypeError" }) }],
    ]);
  });

  it.each([
    [undefined, 1],
    [3, 3],
    [Number.POSITIVE_INFINITY, 5],
  ])("has, with atOnce %s, at most %i under way", async (atOnce, most) => {
    let underWay = 0;
    let seen = 0;
    const work = async () => {
      seen = Math.max(seen, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    };
    await eachAlone([1, 2, 3, 4, 5], { ...trouble, ...(atOnce && { atOnce }) }, work);
    expect(seen).toBe(most);
  });
});

it("has only the messages come again that failed", async () => {
  const Records = ["1", "2", "3"].map((body) => ({ messageId: `m${body}`, body }));
  const response = await eachRecord({ Records }, { text: "not read" }, ({ body }) => odd(Number(body)));
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }, { itemIdentifier: "m3" }] });
  expect(logged.mock.calls.map(([, named]) => named)).toMatchObject([
    { sqsMessageId: "m1" },
    { sqsMessageId: "m3" },
  ]);
});
