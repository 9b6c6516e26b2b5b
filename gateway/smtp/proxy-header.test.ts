import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseProxyHeader } from "./proxy-header.ts";

const v2Signature = "0d0a0d0a000d0a515549540a";

function v2(command: string, family: string, body: string): Buffer {
  const length = (body.length / 2).toString(16).padStart(4, "0");
  return Buffer.from(`${v2Signature}${command}${family}${length}${body}`, "hex");
}

const ipv4 = v2("21", "11", "c0000207" + "c0000201" + "d431" + "024b");
const ipv6 = v2("21", "21", `20010db8${"00".repeat(11)}07${"00".repeat(16)}d431024b`);

describe("a PROXY header of version 2", () => {
  it("names an IPv4 client", () => {
    expect(parseProxyHeader(ipv4)).toEqual({
      kind: "header",
      bytes: 28,
      client: { address: "192.0.2.7", port: 54321 },
    });
  });

  it("names an IPv6 client", () => {
    expect(parseProxyHeader(ipv6)).toMatchObject({
      client: { address: "2001:db8:0:0:0:0:0:7", port: 54321 },
    });
  });

  it("may carry the load balancer's own fields after the addresses", () => {
    const header = v2("21", "11", "c0000207c0000201d431024b" + "ea000401020304");
    expect(parseProxyHeader(Buffer.concat([header, Buffer.from("EHLO")]))).toMatchObject({
      bytes: 35,
      client: { address: "192.0.2.7" },
    });
  });

  it.each([
    ["LOCAL", v2("20", "00", "")],
    ["LOCAL with addresses", v2("20", "11", "c0000207c0000201d431024b")],
    ["UNSPEC", v2("21", "00", "")],
    ["a Unix socket", v2("21", "31", "00".repeat(216))],
  ])("that is %s names nobody", (_, header) => {
    expect(parseProxyHeader(header)).toEqual({ kind: "header", bytes: header.length, client: undefined });
  });

  it.each([
    ["another version", v2("11", "11", "00".repeat(12))],
    ["another command", v2("22", "11", "00".repeat(12))],
    ["too few bytes for its family", v2("21", "11", "00".repeat(11))],
    ["more than any load balancer sends", v2("21", "11", "00".repeat(5_000))],
  ])("with %s is invalid", (_, header) => {
    expect(parseProxyHeader(header)).toEqual({ kind: "invalid" });
  });
});

describe("a PROXY header of version 1", () => {
  const header = "PROXY TCP4 192.0.2.7 192.0.2.1 54321 587\r\n";

  it("names an IPv4 or IPv6 client", () => {
    expect(parseProxyHeader(Buffer.from(`${header}EHLO`))).toEqual({
      kind: "header",
      bytes: header.length,
      client: { address: "192.0.2.7", port: 54321 },
    });
    expect(parseProxyHeader(Buffer.from("PROXY TCP6 2001:db8::7 ::1 1 2\r\n"))).toMatchObject({
      client: { address: "2001:db8::7" },
    });
  });

  it("that is UNKNOWN names nobody", () => {
    expect(parseProxyHeader(Buffer.from("PROXY UNKNOWN\r\n"))).toMatchObject({ client: undefined });
  });

  it.each([
    "EHLO a\r\n",
    "PROXY TCP4 evil.example 192.0.2.1 1 2\r\n",
    "PROXY TCP4 ::1 ::1 1 2\r\n",
    "PROXY TCP9 1.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 x 2\r\n",
    `PROXY TCP4 ${"1".repeat(200)}`,
    "X",
  ])("is not %j", (text) => {
    expect(parseProxyHeader(Buffer.from(text))).toEqual({ kind: "invalid" });
  });
});

describe("the beginning of a PROXY header", () => {
  it.each([
    ["version 1", Buffer.from("PROXY TCP6 2001:db8::7 ::1 1 2\r\n")],
    ["version 2, IPv4", ipv4],
    ["version 2, IPv6", ipv6],
  ])("of %s is incomplete until its last byte", (_, header) => {
    for (let bytes = 0; bytes < header.length; bytes++) {
      expect(parseProxyHeader(header.subarray(0, bytes))).toEqual({ kind: "incomplete" });
    }
    expect(parseProxyHeader(header).kind).toBe("header");
  });

  it("never makes the parser fail, whatever it is", () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    const rest = fc.tuple(fc.constantFrom(v2Signature, "", Buffer.from("PROXY ").toString("hex")), bytes);
    fc.assert(
      fc.property(rest, ([start, noise]) => {
        const header = parseProxyHeader(Buffer.concat([Buffer.from(start, "hex"), noise]));
        expect(["header", "incomplete", "invalid"]).toContain(header.kind);
      }),
    );
  });
});
