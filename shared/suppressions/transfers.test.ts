import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { brokenCalls } from "../../test/support/broken-calls.ts";
import { type SendService, startSendService } from "../../test/support/send-service.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { newId } from "../platform/ids.ts";
import { exportList } from "./export-list.ts";
import { importList } from "./import-list.ts";
import type { ListExport } from "./list-export.ts";
import { listFileClient } from "./list-file-client.ts";
import { type ListImport, noProgress } from "./list-import.ts";
import { exportStore, importStore } from "./transfer-store.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
const never = Number.POSITIVE_INFINITY;

let service: SendService;
let deps: ReturnType<typeof depsOf>;
let broken: ReturnType<typeof brokenCalls>;
let accountId = 0;
beforeAll(async () => {
  service = await startSendService(clock);
  deps = depsOf(service);
  broken = brokenCalls(service);
});
afterAll(() => service.stop());
beforeEach(() => {
  accountId += 1;
  clock.set(noon);
});
afterEach(() => broken.mend());

function depsOf({ dynamo, s3, suppressions }: SendService) {
  const options = { marshallOptions: { removeUndefinedValues: true } };
  const table = { client: DynamoDBDocumentClient.from(dynamo, options), table: "Suppressions", clock };
  const files = listFileClient({ s3, bucket: "payloads" });
  return { imports: importStore(table), exports: exportStore(table), files, suppressions, clock };
}

async function newImport(text: string, fields: Partial<ListImport> = {}): Promise<string> {
  const id = newId(clock.now());
  const key = `lists/${accountId}/${id}`;
  await deps.files.put(key, Buffer.from(text));
  const usual = {
    id,
    accountId,
    createdAt: clock.now(),
    status: "waiting",
    domains: null,
    stream: "any",
    key,
  } as const;
  await deps.imports.create({ ...usual, ...noProgress, ...fields });
  return id;
}

const goOn = (id: string, until = never) => importList(deps, { accountId, id }, until);
const stateOf = async (id: string) => (await deps.imports.get(accountId, id))?.row;
const list = () => deps.suppressions.list({ accountId, limit: 5_000 });
const addresses = (count: number) => Array.from({ length: count }, (_, place) => `r${place}@example.net`);

describe("an import", () => {
  it("puts the addresses of a file on the list and names bad lines", async () => {
    const id = await newImport("email\nA@example.net\nno address\n\nb@example.net\na@EXAMPLE.net\n,x\n");
    expect(await goOn(id)).toBe("done");
    expect(await stateOf(id)).toMatchObject({
      status: "finished",
      linesRead: 7,
      added: 2,
      listed: 1,
      bad: 2,
      badLines: [
        { line: 3, reason: "is not an email address" },
        { line: 7, reason: "has no address" },
      ],
      finishedAt: noon,
    });
    const [row] = await list();
    expect((await list()).map(({ email }) => email).toSorted()).toEqual(["a@example.net", "b@example.net"]);
    expect(row).toMatchObject({ type: "manual import", stream: "any", domainId: null, domainName: null });
  });

  it("makes an entry for each domain", async () => {
    const domains = [
      { id: 5, name: "five.example" },
      { id: 6, name: "six.example" },
    ];
    const id = await newImport("a@example.net\nb@example.net", { domains, stream: "bulk" });
    await goOn(id);
    expect(await stateOf(id)).toMatchObject({ added: 4, listed: 0, linesRead: 2 });
    const marks = await deps.suppressions.marksOf(accountId, { domainId: 6, stream: "bulk" }, [
      "a@example.net",
    ]);
    expect(marks.get("a@example.net")?.suppressed).toEqual({ type: "manual import" });
  });

  it("leaves what is on the list as it is", async () => {
    const existing = await deps.suppressions.put({
      accountId,
      email: "a@example.net",
      domainId: null,
      domainName: null,
      stream: "any",
      type: "spam complaint",
    });
    clock.advance(1);
    const id = await newImport("a@example.net");
    await goOn(id);
    expect(await stateOf(id)).toMatchObject({ added: 0, listed: 1 });
    expect(await list()).toEqual([existing]);
  });

  it("shows a thousand bad lines and counts all", async () => {
    const id = await newImport("bad\n".repeat(1_700));
    await goOn(id);
    const state = await stateOf(id);
    expect([state?.bad, state?.badLines.length, state?.badLines.at(-1)?.line]).toEqual([1_700, 1_000, 1_000]);
  });

  it("notes how far it is once for many bad lines, because the note tells of a thousand of them", async () => {
    const id = await newImport(`${"bad\n".repeat(12_000)}a@example.net\n`);
    await goOn(id);
    expect(await stateOf(id)).toMatchObject({ status: "finished", bad: 12_000, added: 1, linesRead: 12_001 });
    expect((await deps.imports.get(accountId, id))?.version).toBeLessThanOrEqual(4);
  });

  it("works on in slices, where its time is short", async () => {
    const id = await newImport(["email", ...addresses(1_201)].join("\r\n"));
    expect(await goOn(id, clock.now())).toBe("more");
    expect(await stateOf(id)).toMatchObject({ status: "running", linesRead: 501, added: 500 });
    expect(await goOn(id, clock.now())).toBe("more");
    expect(await goOn(id)).toBe("done");
    expect(await stateOf(id)).toMatchObject({ status: "finished", linesRead: 1_202, added: 1_201, bad: 0 });
    expect(await list()).toHaveLength(1_201);
  });

  it.each([
    { sdk: "dynamo", command: "TransactWriteItemsCommand", when: "before", skip: 13 },
    { sdk: "dynamo", command: "TransactWriteItemsCommand", when: "after", skip: 13 },
    { sdk: "dynamo", command: "PutItemCommand", when: "before", skip: 1 },
    { sdk: "dynamo", command: "PutItemCommand", when: "after", skip: 1 },
    { sdk: "dynamo", command: "PutItemCommand", when: "before", skip: 3 },
    { sdk: "s3", command: "GetObjectCommand", when: "after", skip: 0 },
  ] as const)("counts rightly though its process dies $when $command $skip", async (at) => {
    const id = await newImport([...addresses(1_100), "bad", "r7@example.net"].join("\n"));
    await broken.die(at, () => goOn(id));
    expect(await goOn(id)).toBe("done");
    expect(await stateOf(id)).toMatchObject({
      status: "finished",
      linesRead: 1_102,
      added: 1_100,
      listed: 1,
      bad: 1,
      badLines: [{ line: 1_101, reason: "is not an email address" }],
    });
    expect(await list()).toHaveLength(1_100);
  });

  it("done by two processes at the same time counts each line once", async () => {
    const id = await newImport(addresses(1_500).join("\n"));
    await Promise.all([goOn(id), goOn(id), goOn(id)]);
    await goOn(id);
    expect(await stateOf(id)).toMatchObject({
      status: "finished",
      linesRead: 1_500,
      added: 1_500,
      listed: 0,
    });
  });

  it("suppresses nobody again who was reactivated after it began, though a step is done again", async () => {
    const id = await newImport("a@example.net\nb@example.net");
    await broken.die({ sdk: "dynamo", command: "PutItemCommand", when: "before" }, () => goOn(id));
    clock.advance(60_000);
    const [first] = await list();
    await deps.suppressions.remove(accountId, first?.id ?? "");
    await goOn(id);
    expect(await list()).toHaveLength(1);
    expect(await stateOf(id)).toMatchObject({ status: "finished", added: 1, listed: 1 });
  });

  it("of nothing, or of a file that is gone or unreadable, ends and says so", async () => {
    const empty = await newImport("");
    const gone = await newImport("a@example.net", { key: "lists/none" });
    const utf16 = await newImport("");
    await deps.files.put(`lists/${accountId}/${utf16}`, Buffer.from("\ufeffa@example.net", "utf16le"));
    for (const id of [empty, gone, utf16]) expect(await goOn(id)).toBe("done");
    expect(await stateOf(empty)).toMatchObject({ status: "finished", linesRead: 0 });
    expect(await stateOf(gone)).toMatchObject({ status: "failed", failure: "the file is gone" });
    expect(await stateOf(utf16)).toMatchObject({ status: "failed", failure: "the file is not in UTF-8" });
  });

  it("that is finished, unknown or still awaits its file is left alone", async () => {
    const id = await newImport("a@example.net", { status: "uploading" });
    expect(await goOn(id)).toBe("done");
    expect(await goOn(newId(noon))).toBe("done");
    expect(await list()).toEqual([]);
  });
});

describe("an export", () => {
  async function newExport(fields: Partial<ListExport> = {}): Promise<string> {
    const id = newId(clock.now());
    const usual = {
      id,
      accountId,
      createdAt: clock.now(),
      status: "waiting",
      key: `lists/${accountId}/${id}`,
    } as const;
    await deps.exports.create({ ...usual, rows: 0, parts: [], ...fields });
    return id;
  }
  const write = (id: string, until = never) => exportList(deps, { accountId, id }, until);
  const state = async (id: string) => (await deps.exports.get(accountId, id))?.row;
  const emailsOf = async (id: string) => {
    const text = (await service.storedBytes(`lists/${accountId}/${id}`)).toString();
    return text.split("\r\n").map((line) => line.split(",")[0]);
  };
  // Long enough that a file of them takes three parts.
  async function fill(count: number): Promise<string[]> {
    const subject = "s".repeat(6_500);
    const wanted = addresses(count).map((email, place) => ({
      accountId,
      email,
      domainId: 5,
      domainName: "five.example",
      stream: "bulk" as const,
      type: "unsubscription" as const,
      message: { subject },
      id: newId(noon + place),
    }));
    for (let at = 0; at < count; at += 500) await deps.suppressions.putMany(wanted.slice(at, at + 500));
    return wanted.map(({ email }) => email).toReversed();
  }

  it("of an empty list is a heading", async () => {
    const id = await newExport();
    expect(await write(id)).toBe("done");
    expect(await state(id)).toMatchObject({ status: "finished", rows: 0 });
    expect(await emailsOf(id)).toEqual(["email", ""]);
  });

  it("holds each row once, though its process dies, stops for a while, or loses an answer", async () => {
    const emails = await fill(2_200);
    const deaths = [
      { sdk: "s3", command: "UploadPartCommand", when: "after" },
      { sdk: "dynamo", command: "PutItemCommand", when: "after" },
      { sdk: "s3", command: "CompleteMultipartUploadCommand", when: "after" },
    ] as const;
    const id = await newExport();
    for (const at of deaths) await broken.die(at, () => write(id));
    while ((await write(id, clock.now())) === "more") expect((await state(id))?.status).toBe("running");
    expect(await state(id)).toMatchObject({ status: "finished", rows: 2_200 });
    expect(await emailsOf(id)).toEqual(["email", ...emails, ""]);
  }, 60_000);

  it("is done again where another process has put another part in the place of one", async () => {
    const emails = await fill(1_200);
    const id = await newExport();
    expect(await write(id, clock.now())).toBe("more");
    const { key = "", uploadId = "" } = (await state(id)) ?? {};
    await deps.files.part(key, { id: uploadId, part: 1 }, Buffer.alloc(6 * 1024 * 1024, "x"));
    expect(await write(id)).toBe("done");
    expect(await state(id)).toMatchObject({ status: "finished", rows: 1_200 });
    expect(await emailsOf(id)).toEqual(["email", ...emails, ""]);
  }, 60_000);
});
