import { generateKeyPairSync } from "node:crypto";
import { authenticate } from "mailauth";
import { describe, expect, it } from "vitest";
import { signed } from "./dkim.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const key = { domain: "example.com", selector: "rwmt1", privateKey };
const message = [
  "From: shop@example.com",
  "To: anna@example.org",
  "Subject: hello",
  "Date: Sat, 31 Jan 2026 12:00:05 +0000",
  "Message-ID: <1@example.com>",
  "List-Unsubscribe: <https://t.example.net/u>",
  "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
  "CFBL-Address: fbl@mail.example.net; report=arf",
  "Feedback-ID: 7:bulk:postern",
  "MIME-Version: 1.0",
  "",
  "Hi",
  ".leading dot",
  "",
].join("\r\n");

async function verdictOn(raw: Buffer | string) {
  const { dkim } = await authenticate(raw, {
    trustReceived: false,
    sender: "bounces@example.com",
    ip: "198.51.100.7",
    helo: "relay.example.net",
    mta: "mx.example.org",
    resolver: async (name: string) => {
      if (name === "rwmt1._domainkey.example.com")
        return [[`v=DKIM1; k=rsa; p=${publicKey.toString("base64")}`]];
      throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
    },
  });
  return dkim.results.map(({ status }) => status.result);
}

describe("a DKIM signature", () => {
  it("verifies, and no longer once anything it covers is changed", async () => {
    const raw = (await signed(Buffer.from(message), key)).toString();

    expect(await verdictOn(raw)).toEqual(["pass"]);
    for (const field of [
      "Subject",
      "List-Unsubscribe",
      "List-Unsubscribe-Post",
      "CFBL-Address",
      "Feedback-ID",
    ]) {
      expect(await verdictOn(raw.replace(`\r\n${field}: `, `\r\n${field}: x`)), field).toEqual(["fail"]);
    }
    expect((await verdictOn(raw.replace("Hi", "Ho")))[0]).not.toBe("pass");
  });

  it("is never left out silently", async () => {
    await expect(signed(Buffer.from(message), { ...key, privateKey: "no key" })).rejects.toThrow(/rwmt1/);
  });
});
