import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bodyOf } from "./payload.ts";
import { newSigningSecret, signatureHeader, signatureOf } from "./signature.ts";

interface SignatureVector {
  readonly id: string;
  readonly content_type: string;
  readonly signing_secret: string;
  readonly raw_body: string;
  readonly header: string;
  readonly expected: string;
}

const file = new URL("../../test/vectors/webhook-vectors.json", import.meta.url);
const vectors: SignatureVector[] = JSON.parse(readFileSync(file, "utf8")).webhook_signatures;

describe("a call's signature", () => {
  it.each(vectors)("is that of the vector $id", ({ raw_body, signing_secret, expected, header }) => {
    expect(signatureOf(raw_body, signing_secret)).toBe(expected);
    expect(signatureHeader).toBe(header);
  });

  it("is made with a secret of 32 hex digits, never the same", () => {
    expect(newSigningSecret()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSigningSecret()).not.toBe(newSigningSecret());
  });
});

describe("a call's body", () => {
  it.each(vectors)("has the form and media type of the vector $id", ({ raw_body, content_type }) => {
    const format = content_type === "application/json" ? "json" : "jsonlines";
    const events =
      format === "json"
        ? JSON.parse(raw_body).events
        : raw_body
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line));
    const payloads = events.map((event: unknown) => JSON.stringify(event));
    expect(bodyOf(payloads, format)).toEqual({ contentType: content_type, text: raw_body });
  });
});
