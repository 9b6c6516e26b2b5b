import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBlock, decodeColumn, decodeIds, encodeBlock } from "./log-block.ts";
import { eventBits, firstIdAt, type LogEntry } from "./log-entry.ts";
import { parseFilters } from "./log-filters.ts";

const text = fc.option(fc.string({ unit: "binary", maxLength: 12 }), { nil: null });
const entry = fc.record({
  status: fc.constantFrom("delivered", "enqueued"),
  events: fc.nat(2 ** eventBits.size - 1),
  stream: fc.constantFrom("bulk", "transactional"),
  domainId: fc.option(fc.nat(), { nil: null }),
  category: text,
  esp: text,
  recipientMx: text,
  response: text,
  clientIp: text,
  sendingIp: text,
  opens: fc.nat(),
  clicks: fc.nat(),
  from: text,
  to: text,
  subject: text,
});
const entries = fc
  .array(entry, { minLength: 1, maxLength: 300 })
  .map((all) => all.map((one, place): LogEntry => ({ ...one, messageId: firstIdAt(1_000 + 2 * place) })));

const sectionOf = (body: Buffer, [offset, length]: readonly [number, number]) =>
  body.subarray(offset, offset + length);

describe("a block", () => {
  it("gives back what was put into it", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const { body, description } = await encodeBlock(all);
        expect(description).toMatchObject({
          count: all.length,
          first: all[0]?.messageId,
          last: all.at(-1)?.messageId,
        });
        expect(await decodeBlock(body, description)).toEqual(all);
      }),
      { numRuns: 20 },
    );
  });

  it("knows where its ids are", async () => {
    const [one] = fc.sample(entry, 1);
    const all = [2, 4, 6].map((at) => ({ ...one, messageId: firstIdAt(at) }) as LogEntry);
    const { body, description } = await encodeBlock(all);
    const ids = await decodeIds(sectionOf(body, description.sections.ids), all.length);
    expect([1, 2, 3, 6, 7].map((at) => ids.placeFrom(firstIdAt(at)))).toEqual([0, 0, 1, 2, 3]);
    expect([2, 3, 6, 7].map((at) => ids.placeOf(firstIdAt(at)))).toEqual([0, -1, 2, -1]);
  });

  it("is never left unread where something in it would be found", async () => {
    const operator = fc.constantFrom("ci_equal", "ci_contain");
    await fc.assert(
      fc.asyncProperty(entries, operator, fc.nat(), fc.nat(12), async (all, named, choice, start) => {
        const subject = String(all[choice % all.length]?.subject ?? "");
        const value = named === "ci_equal" ? subject : [...subject].slice(start).join("");
        const [condition] = parseFilters({ subject: { operator: named, value } }).conditions;
        const { body, description } = await encodeBlock(all);
        const section = sectionOf(body, description.sections.subject);
        const decoded = await decodeColumn(section, all.length, condition?.hints);
        const isFound = all.some((one) => condition?.accepts(one.subject));
        if (isFound) expect(decoded).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
