import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MailLog } from "./mail-log.ts";

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "postern-log-"));
  path = join(dir, "mails.log");
});
afterEach(() => rm(dir, { recursive: true }));

const entry = (id: string, raw: Buffer) => ({
  id,
  receivedAt: 1,
  size: raw.length,
  from: "a",
  to: [`${id}@x`],
});

async function append(
  log: MailLog,
  id: string,
  raw = Buffer.from(`\n{"id":"not an entry"}\n${id}`),
): Promise<Buffer> {
  await log.append(entry(id, raw), raw);
  return raw;
}

test("after a crash at any byte every mail before it is whole and the torn one is gone", async () => {
  const log = await MailLog.open(path);
  const first = await append(log, "first");
  const { length: kept } = await readFile(path);
  await append(log, "second");
  await log.close();
  const whole = await readFile(path);
  for (let length = kept; length < whole.length; length += 1) {
    await writeFile(path, whole.subarray(0, length));
    const again = await MailLog.open(path);
    expect(again.entries().map(({ id }) => id)).toEqual(["first"]);
    expect(await again.read("first")).toEqual(first);
    await append(again, "third");
    await again.close();
    const last = await MailLog.open(path);
    expect(last.entries().map(({ id }) => id)).toEqual(["first", "third"]);
    await last.close();
  }
});

test("mails that come together are all kept, in their order, each with its own bytes", async () => {
  const log = await MailLog.open(path);
  const ids = Array.from({ length: 300 }, (_, place) => `mail${place}`);
  const raws = await Promise.all(ids.map((id) => append(log, id)));
  await log.close();
  const again = await MailLog.open(path);
  expect(again.entries()).toEqual(ids.map((id, place) => entry(id, raws[place] ?? Buffer.alloc(0))));
  expect(await Promise.all(ids.map((id) => again.read(id)))).toEqual(raws);
  await again.close();
});

test("removed mails stay removed, and mails that arrive during the removal stay", async () => {
  const log = await MailLog.open(path);
  await Promise.all([append(log, "old1"), append(log, "old2")]);
  const [, kept] = await Promise.all([log.remove(["old1", "old2"]), append(log, "new")]);
  await log.close();
  const again = await MailLog.open(path);
  expect(again.entries().map(({ id }) => id)).toEqual(["new"]);
  expect(await again.read("new")).toEqual(kept);
  expect(await again.read("old1")).toBeUndefined();
  await again.remove(["new"]);
  expect((await readFile(path)).length).toBe(0);
  const next = await append(again, "next");
  expect(await again.read("next")).toEqual(next);
  await again.close();
});

test("an entry longer than one read is found again", async () => {
  const log = await MailLog.open(path);
  const raw = Buffer.from("x");
  const many = {
    ...entry("many", raw),
    to: Array.from({ length: 20_000 }, (_, place) => `${place}@there.example`),
  };
  await log.append(many, raw);
  await log.close();
  const again = await MailLog.open(path);
  expect(again.entries()).toEqual([many]);
  await again.close();
});
