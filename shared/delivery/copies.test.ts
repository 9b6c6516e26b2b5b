import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startCopyBucket } from "../../test/support/copy-bucket.ts";
import { account, accountId, deliveryWorld, jobTo } from "../../test/support/delivery-world.ts";
import { startTestTable, type TestTable } from "../../test/support/test-table.ts";
import { copyPlace } from "../messages/sent-copy.ts";
import { tempFileOf } from "../platform/temp-file.ts";
import { type Copy, copiesOf } from "./copies.ts";
import { deliver } from "./deliver.ts";

const megabyte = 1024 * 1024;
const invocation = { remainingMs: () => 60_000 };
const other = { ...account, id: 8 };

let bucket: Awaited<ReturnType<typeof startCopyBucket>>;
beforeAll(async () => {
  bucket = await startCopyBucket();
});
afterAll(() => bucket.stop());
beforeEach(() => {
  bucket.puts.length = 0;
  bucket.lost.length = 0;
});

async function read(copy: Copy | undefined, of = account.id): Promise<Buffer | undefined> {
  const place = copyPlace(copy?.text ?? "");
  if (place === undefined) throw new Error("no place");
  if (place.range !== undefined) return await bucket.reader.read(of, place, place.range);
  const response = await fetch(await bucket.reader.downloadUrl(of, place, "a.eml"));
  return Buffer.from(await response.arrayBuffer());
}

function mail(text: string): Buffer {
  return Buffer.from(`Subject: ${text}\r\n\r\n${text}\r\n`);
}

describe("what an invocation sends", () => {
  it("is one object for each account, from which each message is read by itself", async () => {
    const copies = copiesOf(bucket.deps(), invocation);
    const texts = Array.from({ length: 40 }, (_, place) => `message ${place}`);
    const own = await Promise.all(texts.map((text) => copies.keep(account, mail(text))));
    const others = await copies.keep(other, mail("other"));
    expect(bucket.puts).toEqual([]);
    await copies.put();

    expect(bucket.puts.map((key) => key.replace(/[\w-]+$/, "…")).sort()).toEqual([
      "sent/16/7/…",
      "sent/16/8/…",
    ]);
    for (const [place, copy] of own.entries()) {
      expect(await read(copy)).toEqual(mail(texts[place] ?? ""));
    }
    expect(await read(others, 8)).toEqual(mail("other"));
    expect(bucket.lost).toEqual([]);
  });

  it.each([
    [3, "sent/4/"],
    [5, "sent/6/"],
    [10, "sent/16/"],
    [30, "sent/31/"],
    [90, "sent/31/"],
  ])("is kept as long as a log of %i days shows it, which %s says", async (logDays, folder) => {
    const copies = copiesOf(bucket.deps({ logDaysOf: () => logDays }), invocation);
    await copies.keep(account, mail("a"));
    await copies.put();

    expect(bucket.puts).toEqual([expect.stringMatching(`^${folder}7/`)]);
  });

  it("goes in further objects where it is much, and memory is given back", async () => {
    const deps = bucket.deps();
    const copies = copiesOf(deps, invocation);
    const mails = Array.from({ length: 12 }, () => randomBytes(megabyte));
    const kept: (Copy | undefined)[] = [];
    for (const mime of mails) kept.push(await copies.keep(account, mime));
    await copies.put();

    expect(bucket.puts).toHaveLength(3);
    expect(deps.held.bytes).toBe(0);
    for (const [place, copy] of kept.entries()) {
      expect((await read(copy))?.equals(mails[place] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it("has an object of its own, as it is, where it is large and lies in a file", async () => {
    const copies = copiesOf(bucket.deps(), invocation);
    const content = randomBytes(7 * megabyte);
    const file = await tempFileOf(Readable.from([content]));
    const head = Buffer.from("Subject: Large\r\n\r\n");
    const piece = { file, start: 1, end: content.length };
    const copy = await copies.keep(account, { head, body: [piece, Buffer.from("end")] });
    expect(bucket.puts).toEqual([]);
    await copy?.upload?.();
    await file.close();

    const sent = await read(copy);
    expect(sent?.equals(Buffer.concat([head, content.subarray(1), Buffer.from("end")]))).toBe(true);
    expect(bucket.puts).toHaveLength(1);
  });
});

describe("a copy that cannot be kept", () => {
  it("is told of, and nothing fails", async () => {
    const deps = bucket.deps({ client: bucket.broken });
    const copies = copiesOf(deps, invocation);
    await Promise.all([1, 2, 3].map((n) => copies.keep(account, mail(`${n}`))));
    const large = await copies.keep(account, { head: mail("large"), body: [] });
    await large?.upload?.();
    await copies.put();

    expect(bucket.lost).toEqual([
      { accountId, messages: 1 },
      { accountId, messages: 3 },
    ]);
    expect(deps.held.bytes).toBe(0);
  });

  it("takes no more memory than is set aside, whatever S3 does", async () => {
    const copies = copiesOf(bucket.deps({ held: { bytes: 32 * megabyte } }), invocation);

    expect(await copies.keep(account, mail("a"))).toBeUndefined();
    expect(bucket.lost).toEqual([{ accountId, messages: 1 }]);
  });

  it("is given up in time for what the invocation still has to do", async () => {
    const hanging = (_key: string, _body: unknown, signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const copies = copiesOf(bucket.deps({ client: { put: hanging, putStream: hanging } }), {
      remainingMs: () => 5_010,
    });
    await copies.keep(account, mail("a"));
    await copies.put();

    expect(bucket.lost).toEqual([{ accountId, messages: 1 }]);
  });
});

describe("a delivered message", () => {
  let table: TestTable;
  beforeAll(async () => {
    table = await startTestTable("Messages");
  });
  afterAll(() => table.stop());

  it("has the place of its copy in its row, which is what its recipient was sent", async () => {
    const world = deliveryWorld(table);
    const copies = copiesOf(bucket.deps(), invocation);
    const job = jobTo(3);
    await deliver(world.deps(), job, { ...world.invocation, copies });
    await copies.put();

    expect(bucket.puts).toHaveLength(1);
    for (const { messageId } of job.recipients) {
      const text = (await world.messages.get({ accountId, messageId }))?.copy ?? "";
      expect(String(await read({ text }))).toContain(`Message-ID: <${messageId}@example.com>`);
    }
  });

  it("is sent and settled though its copy is lost", async () => {
    const world = deliveryWorld(table);
    const copies = copiesOf(bucket.deps({ client: bucket.broken }), invocation);
    const job = jobTo(2);
    await deliver(world.deps(), job, { ...world.invocation, copies });
    await copies.put();

    for (const { messageId } of job.recipients) {
      const row = await world.messages.get({ accountId, messageId });
      expect(row?.state).toBe("sent");
      expect(await bucket.reader.exists(accountId, copyPlace(row?.copy ?? "") ?? never())).toBe(false);
    }
    expect(bucket.lost).toEqual([{ accountId, messages: 2 }]);
  });

  it("that was refused, or waits for another attempt, has none", async () => {
    const world = deliveryWorld(table);
    const copies = copiesOf(bucket.deps(), invocation);
    const send = async () => ({ kind: "refused", reason: "no" }) as const;
    const job = jobTo(1);
    const routes = { ses: { isOpen: () => true, send } };
    await deliver(world.deps({ routes }), job, { ...world.invocation, copies });
    await copies.put();

    expect(bucket.puts).toEqual([]);
  });
});

function never(): never {
  throw new Error("the row names no copy");
}
