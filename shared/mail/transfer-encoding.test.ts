import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64Lines } from "./base64-lines.ts";
import { decodeText, encodeText, isClearlyEncoded, trimmedEnd } from "./transfer-encoding.ts";

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array).toString("latin1"));
const lineBreaks = fc.array(fc.constantFrom("a", " ", "\t", "=", "\r\n", "\r", "\n", "\xe9", "=3D", "."), {
  maxLength: 200,
});
const texts = fc.oneof(
  bytes,
  lineBreaks.map((pieces) => pieces.join("")),
);

describe("a text part", () => {
  it.each(["base64", "quoted-printable", "8bit"] as const)("in %s is read as it was written", (encoding) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(decodeText(encodeText(text, encoding), encoding)).toBe(text);
      }),
    );
  });

  it.each(["base64", "quoted-printable"] as const)("in %s has short lines of seven bits", (encoding) => {
    fc.assert(
      fc.property(texts, (text) => {
        const encoded = encodeText(text, encoding).toString("latin1");
        expect(encoded).toMatch(/^[\t\r\n -~]*$/);
        expect(encoded.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        for (const line of encoded.split("\r\n")) expect(line.length).toBeLessThanOrEqual(76);
      }),
    );
  });

  it("in quoted-printable may have white space at line ends that was added on the way", () => {
    const encoded = Buffer.from("caf=E9 =  \r\nau lait =3D \t\r\nend");
    expect(decodeText(encoded, "quoted-printable")).toBe("caf\xe9 au lait =\r\nend");
  });

  it.each([
    ["YWJj\r\nZA==\r\n", true],
    ["", true],
    ["YWJj\r\nZA==\r\nZWZn\r\n", false],
    ["YWJj\r\n-- \r\nA list's footer\r\n", false],
  ])("in base64 can be read in one way only where nothing follows its padding: %j", (encoded, isClear) => {
    expect(isClearlyEncoded(Buffer.from(encoded), "base64")).toBe(isClear);
    expect(isClearlyEncoded(Buffer.from(encoded), "8bit")).toBe(true);
  });

  it("is read and trimmed in time proportional to its length", () => {
    const spaces = `${" ".repeat(2_000_000)}x`;
    const started = performance.now();
    expect(decodeText(Buffer.from(spaces), "quoted-printable")).toBe(spaces);
    expect(trimmedEnd(`${spaces} \r\n`)).toBe(spaces);
    for (const hostile of [" ", "=", "= ", "A"].map((part) => `${part.repeat(1_000_000)}!`)) {
      expect(isClearlyEncoded(Buffer.from(hostile), "base64")).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("a file in base64", () => {
  it("is the same lines in whatever chunks it comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), async (chunks) => {
        const lines: Buffer[] = [];
        for await (const line of base64Lines(asyncOf(chunks))) lines.push(line);
        const whole =
          Buffer.concat(chunks)
            .toString("base64")
            .match(/.{1,76}/g) ?? [];
        expect(Buffer.concat(lines).toString()).toBe(whole.join("\r\n"));
      }),
    );
  });
});

async function* asyncOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
