import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tempFileOf } from "../platform/temp-file.ts";
import { sourceOf } from "./message-source.ts";

const windowBytes = 64 * 1024;

describe("a message in a file", () => {
  it("is searched as one in memory is, wherever windows end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: 0, max: 3 })), { maxLength: 6 }),
        fc.integer({ min: 0, max: windowBytes * 2 }),
        fc.integer({ min: 0, max: windowBytes * 4 }),
        async (places, from, end) => {
          const message = Buffer.alloc(windowBytes * 5, "x");
          for (const [shift, window] of places) {
            message.write("\n--b1", Math.max(0, window * windowBytes + (from % windowBytes) + shift));
          }
          const last = Math.min(end, message.length);
          const file = await tempFileOf(Readable.from([message]));
          const [inFile, inMemory] = await Promise.all(
            [sourceOf(file), sourceOf(message)].map((source) =>
              source.indexOf(Buffer.from("\n--b1"), from, last),
            ),
          );
          await file.close();
          expect(inFile).toBe(inMemory);
        },
      ),
      { numRuns: 150 },
    );
  });
});
