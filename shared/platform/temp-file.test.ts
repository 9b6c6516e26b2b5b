import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { tempFileOf } from "./temp-file.ts";

const content = randomBytes(300_000);

async function* inChunks(bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes);
}

const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("postern-"));

describe("a temporary file", () => {
  it("gives back what was put in, whole and in parts, to several readers at once", async () => {
    const file = await tempFileOf(inChunks(70_001));
    const [whole, again, part] = await Promise.all([
      buffer(file.chunks()),
      buffer(file.chunks()),
      buffer(file.chunks(65_000, 200_001)),
    ]);
    const slice = await file.slice(1, 4);
    await file.close();

    expect(file.bytes).toBe(content.length);
    expect(whole.equals(content) && again.equals(content)).toBe(true);
    expect(part.equals(content.subarray(65_000, 200_001))).toBe(true);
    expect(slice).toEqual(content.subarray(1, 4));
  });

  it("may be empty", async () => {
    const file = await tempFileOf(Readable.from([]));
    expect([file.bytes, (await buffer(file.chunks())).length]).toEqual([0, 0]);
    await file.close();
  });

  it("leaves nothing in the folder, not even while it is in use", async () => {
    const before = await leftovers();
    const file = await tempFileOf(inChunks(100_000));
    const during = await leftovers();
    await file.close();
    expect(during.filter((name) => !before.includes(name) && /-[0-9a-f-]{36}$/.test(name))).toEqual([]);
  });

  it("is given up when its source fails", async () => {
    const failing = async function* () {
      yield content;
      throw new Error("cut off");
    };
    await expect(tempFileOf(failing())).rejects.toThrow("cut off");
  });
});
