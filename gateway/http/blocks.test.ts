import fc from "fast-check";
import { expect, it } from "vitest";
import { Blocks } from "./blocks.ts";

it("hands over the same bytes in blocks that have their memory to themselves", () => {
  const pieces = fc.array(fc.nat({ max: 100_000 }), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, (lengths) => {
      const written = lengths.map((length, at) => Buffer.alloc(length, at + 1));
      const taken: Buffer[] = [];
      const blocks = new Blocks((block) => taken.push(block) > 0);
      for (const piece of written) blocks.write(piece);
      blocks.flush();
      expect(Buffer.concat(taken).equals(Buffer.concat(written))).toBe(true);
      for (const block of taken.slice(0, -1)) expect(block.buffer.byteLength).toBe(block.length);
      expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(taken.length);
    }),
  );
});

it("says when no more can be taken", () => {
  const blocks = new Blocks(() => false);
  expect(blocks.write(Buffer.alloc(1_000))).toBe(true);
  expect(blocks.write(Buffer.alloc(100_000))).toBe(false);
});
