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
  it("holds many small messages, first come, first served", async () => {
    const { under, ends, start } = works(roomOf(2));
    const all = [start(1), start(mebibyte), start(3), start(4)];
    await settle();

    expect(under).toEqual([1, mebibyte]);
    ends[1]?.();
    await settle();
    expect(under).toEqual([1, mebibyte, 3]);
    ends[0]?.();
    await settle();
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("holds one of the largest or more that are less large, which small ones never wait for", async () => {
    const { under, ends, start } = works(roomOf(2));
    const sizes = [30 * mebibyte, 40 * mebibyte, 2 * mebibyte, 8 * mebibyte];
    const all = [...sizes.map(start), start(1)];
    await settle();

    expect(under).toEqual([30 * mebibyte, 1]);
    ends[0]?.();
    await settle();
    expect(under.slice(2)).toEqual([40 * mebibyte]);
    ends[2]?.();
    await settle();
    expect(under.slice(3)).toEqual([2 * mebibyte, 8 * mebibyte]);
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("is free again after a failure", async () => {
    const room = roomOf(2);

    await expect(room.run(1000 * mebibyte, () => Promise.reject(new Error("failed")))).rejects.toThrow(
      "failed",
    );
    expect(await room.run(1000 * mebibyte, async () => "done")).toBe("done");
  });
});
