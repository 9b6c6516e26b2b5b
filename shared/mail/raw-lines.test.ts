import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lawfulLines } from "./raw-lines.ts";

async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, "latin1");
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (const [place, end] of places.slice(1).entries()) yield bytes.subarray(places[place], end);
}

async function read(text: string, cuts: readonly number[] = []): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of lawfulLines(inPieces(text, cuts))) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

describe("a message's lines", () => {
  it("stay as they are, byte by byte, however the network cuts them", async () => {
    const line = fc.string({ unit: "binary-ascii", maxLength: 20 }).map((s) => s.replace(/[\r\n\0]/g, "x"));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(60)), async (lines, cuts) => {
        const text = lines.map((content) => `${content}\r\n`).join("");
        expect(
          await read(
            text,
            cuts.filter((cut) => cut < text.length),
          ),
        ).toBe(text);
      }),
    );
  });

  it("that end with LF alone end with CR and LF afterwards, however the network cuts them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "\n", "\r\n", ".")),
        fc.array(fc.nat(20)),
        async (parts, cuts) => {
          const text = parts.join("");
          expect(
            await read(
              text,
              cuts.filter((cut) => cut < text.length),
            ),
          ).toBe(text.replace(/\r?\n/g, "\r\n"));
        },
      ),
    );
  });

  it.each(["a\rb\r\n", "a\r\r\n", "\r", "a\r.\rb", "a\r\n.\r"])(
    "%j has a CR that ends no line, and is refused",
    async (text) => {
      for (let cut = 0; cut < text.length; cut++) {
        await expect(read(text, [cut])).rejects.toMatchObject({
          messages: ["message contains a CR without LF"],
        });
      }
    },
  );

  it("may not hold NUL", async () => {
    await expect(read("a\0b\r\n")).rejects.toMatchObject({ messages: ["message contains NUL"] });
  });

  it("may have 64 KiB and no more, in one piece or in many", async () => {
    const longest = "x".repeat(65_536);
    const cuts = [1_000, 30_000, 65_000];
    expect(await read(`${longest}\r\n${longest}\r\n`, cuts)).toHaveLength(2 * 65_538);
    const tooLong = { messages: ["message has a line longer than 65536 bytes"] };
    await expect(read(`a\r\n${longest}xx`, cuts)).rejects.toMatchObject(tooLong);
    await expect(read(`a\r\n${longest}xx\r\n`)).rejects.toMatchObject(tooLong);
  });
});
