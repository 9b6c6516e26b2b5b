import { describe, expect, it } from "vitest";
import { roomOf } from "./room.ts";

const mebibyte = 1024 * 1024;

/** Work that ends when it is told to. */
function works(room: ReturnType<typeof roomOf>) {
  const under: number[] = [];
  const ends: (() => void)[] = [];
  const start = (bytes: number) =>
    room.run(bytes, async () => {
      under.push(bytes);
      await new Promise<void>((end) => ends.push(end));
    });
  return { under, ends, start };
}

const settle = () => new Promise((done) => setImmediate(done));

describe("a process's room", () => {
  it("holds many small messages or few large ones, first come, first served", async () => {
    const { under, ends, start } = works(roomOf(4));
    const all = [start(4 * mebibyte), start(10), start(6 * mebibyte), start(20)];
    await settle();

    expect(under).toEqual([4 * mebibyte, 10]);
    ends[0]?.();
    await settle();
    expect(under).toEqual([4 * mebibyte, 10, 6 * mebibyte]);
    ends[1]?.();
    await settle();
    expect(under).toEqual([4 * mebibyte, 10, 6 * mebibyte, 20]);
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("takes what is larger than itself alone, and is free again after a failure", async () => {
    const room = roomOf(2);

    await expect(room.run(1000 * mebibyte, () => Promise.reject(new Error("failed")))).rejects.toThrow(
      "failed",
    );
    expect(await room.run(1000 * mebibyte, async () => "done")).toBe("done");
  });
});
