import { createHash, randomBytes } from "node:crypto";
import { buffer, text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoredFile } from "../../shared/submission/stored-file.ts";
import type { FilesOptions } from "./files.ts";
import { readValue } from "./read-value.ts";

/** A payload bucket that keeps what whole streams bring, and notes those that break. */
function bucket() {
  const objects = new Map<string, Buffer>();
  const aborted: string[] = [];
  const upload: FilesOptions["payloads"]["upload"] = async (key, body) => {
    try {
      objects.set(key, await buffer(body));
    } catch (error) {
      aborted.push(key);
      throw error;
    }
  };
  return { objects, aborted, upload };
}

function options(changes: Partial<FilesOptions> = {}): FilesOptions {
  return { accountId: 7, messageBytes: 10_000_000, isBatch: false, payloads: bucket(), ...changes };
}

function* cut(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function* chunksOf(value: string | Uint8Array, length = 64 * 1024) {
  yield* cut(typeof value === "string" ? Buffer.from(value) : value, length);
}

const read = async (json: string | Uint8Array, changes: Partial<FilesOptions> = {}, length?: number) =>
  (await readValue(chunksOf(json, length), options(changes))).value;

const errorOf = (reading: Promise<unknown>) =>
  reading.then(
    () => undefined,
    (error) => error.code,
  );

describe("a request", () => {
  it("is read as JSON.parse reads it, however it comes in pieces", async () => {
    const pieces = fc.constantFrom(1, 2, 3, 7, 64, 1000);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), pieces, async (value, length) => {
        const json = JSON.stringify(value);
        expect(await read(json, {}, length)).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    '{"__proto__": {"a": 1}, "constructor": 2}',
    '{"a": 1, "a": {"b": "\\ud83d\\ude00\\ud800\\u00e9"}}',
    ' [ 1e3 , -0.5E-2, true, false, null, "" ] ',
    '\ufeff{"a": 0}',
    "17",
    `"${"x".repeat(1000)}\\n"`,
  ])("such as %s is read as JSON.parse reads it", async (json) => {
    const decoded = new TextDecoder().decode(Buffer.from(json));
    for (const length of [1, 5, 1000]) {
      const value = await read(json, {}, length);
      expect(value).toStrictEqual(JSON.parse(decoded));
      expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(decoded)));
    }
  });

  it.each([
    "",
    " ",
    "{",
    '{"a"}',
    '{"a":1',
    "[1,]",
    "[1 2]",
    "{} {}",
    "tru",
    "01",
    '"a',
    '"\\x"',
    '"\n"',
    "nul",
    '{"attachments":[{"content":"AAAA',
  ])("such as %j is refused", async (json) => {
    expect(await errorOf(read(json))).toBe("invalid_request");
  });

  it("in broken UTF-8 is refused", async () => {
    expect(await errorOf(read(Buffer.from([0x22, 0xff, 0x22])))).toBe("invalid_request");
    expect(await errorOf(read(Buffer.from([0x22, 0xc3])))).toBe("invalid_request");
  });

  it("that is nested without end, or has values without number, is refused before it takes all memory", async () => {
    const repeated = (piece: string, times: number) => piece.repeat(times);
    expect(await errorOf(read(repeated("[", 10_000_000)))).toBe("message_too_large");
    expect(await errorOf(read(`[${repeated("{},", 10_000_000)}`))).toBe("message_too_large");
  });
});

describe("an attachment", () => {
  const file = randomBytes(300_000);
  const content = file.toString("base64");
  const email = (attachments: object[]) => ({ subject: "Receipt", attachments, text: "x" });

  it("that is large goes decoded into the bucket, and the rest into the value", async () => {
    const payloads = bucket();
    const value = await read(JSON.stringify(email([{ filename: "a", content }, { content: "AAAA" }])), {
      payloads,
    });
    const [[key, stored] = [], ...others] = [...payloads.objects];

    expect(others).toEqual([]);
    expect(key).toMatch(/^7\/[0-9a-f-]{36}\/0$/);
    expect(stored?.equals(file)).toBe(true);
    expect(value).toEqual(
      email([
        {
          filename: "a",
          content: new StoredFile({ key: key ?? "", bytes: file.length, isSound: true }),
        },
        { content: "AAAA" },
      ]),
    );
  });

  it("may be folded and escaped in any way", async () => {
    const payloads = bucket();
    const folded = content.replace(/.{76}/g, "$&\r\n");
    const json = JSON.stringify(email([{ content: folded }])).replaceAll("/", "\\u002f");
    await read(json, { payloads }, 1000);
    expect([...payloads.objects.values()][0]?.equals(file)).toBe(true);
  });

  it("is told from texts of the same name elsewhere", async () => {
    const payloads = bucket();
    const value = { content, attachments: { content }, custom: { attachments: [{ content }] } };
    expect(await read(JSON.stringify(value), { payloads })).toEqual(value);
    expect(payloads.objects.size).toBe(0);
  });

  it("of a batch is found in its base and its requests", async () => {
    const payloads = bucket();
    const batch = { base: email([{ content }]), requests: [email([{ content }, { content }]), {}] };
    await read(JSON.stringify(batch), { payloads, isBatch: true });
    expect(payloads.objects.size).toBe(3);
  });

  it("that is no base64 is not stored, and is known for it", async () => {
    const payloads = bucket();
    const value = await read(JSON.stringify(email([{ content: `${content}!${content}` }])), { payloads });
    expect(value).toMatchObject({ attachments: [{ content: { isSound: false } }] });
    expect([...payloads.objects.keys()]).toEqual([]);
    expect(payloads.aborted).toHaveLength(1);
  });

  it("too much for a single email ends the reading", async () => {
    const payloads = bucket();
    const json = JSON.stringify(email([{ content }, { content }]));
    const reading = read(json, { payloads, messageBytes: 599_999 });
    expect(await errorOf(reading)).toBe("message_too_large");
    expect(payloads.aborted).toHaveLength(1);
    expect(await errorOf(read(json, { messageBytes: 600_000 }))).toBeUndefined();
  });

  it("too much for an email of a batch is counted, and stops none of the others", async () => {
    const payloads = bucket();
    const requests = [email([{ content }, { content }]), email([{ content }])];
    const value = await read(JSON.stringify({ requests }), {
      payloads,
      isBatch: true,
      messageBytes: 400_000,
    });
    expect(value).toMatchObject({
      requests: [
        { attachments: [{ content: { bytes: 300_000 } }, { content: { bytes: 300_000 } }] },
        { attachments: [{ content: { bytes: 300_000 } }] },
      ],
    });
    expect(
      [...payloads.objects.values()].map((bytes) => createHash("md5").update(bytes).digest("hex")),
    ).toEqual(Array(2).fill(createHash("md5").update(file).digest("hex")));
  });

  it("that cannot be stored fails the request", async () => {
    const upload = async (_: string, body: AsyncIterable<Buffer>) => {
      for await (const _piece of body) throw new Error("the bucket is gone");
    };
    const reading = read(JSON.stringify(email([{ content: content.repeat(20) }])), { payloads: { upload } });
    await expect(reading).rejects.toThrow("the bucket is gone");
    const late = async (_: string, body: AsyncIterable<Buffer>) => {
      await text(body as never);
      throw new Error("the bucket is gone");
    };
    await expect(read(JSON.stringify(email([{ content }])), { payloads: { upload: late } })).rejects.toThrow(
      "the bucket is gone",
    );
  });
});
