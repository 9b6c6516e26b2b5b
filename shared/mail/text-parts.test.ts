import { describe, expect, it } from "vitest";
import { sourceOf } from "./message-source.ts";
import { textPartsOf } from "./text-parts.ts";

async function partsOf(...lines: string[]) {
  const message = Buffer.from(lines.join("\r\n"));
  const parts = await textPartsOf(sourceOf(message));
  return parts.map(({ start, end, kind, isMain }) => [kind, isMain, message.subarray(start, end).toString()]);
}

const mixed = 'Content-Type: multipart/mixed; boundary="b"';

describe("the texts of a message", () => {
  it("are its body where it is no multipart, with MIME or without", async () => {
    expect(await partsOf("From: a", "", "Hi", "")).toEqual([["plain", true, "Hi\r\n"]]);
    expect(await partsOf("content-type: TEXT/HTML", "", "<p>")).toEqual([["html", true, "<p>"]]);
    expect(await partsOf("", "Hi")).toEqual([["plain", true, "Hi"]]);
  });

  it("are those of its parts that are no attachments; the first is the message proper", async () => {
    const parts = await partsOf(
      mixed,
      "",
      "preamble",
      "--b",
      "",
      "one",
      "--b ",
      "Content-Type: text/html; name=x.html",
      "",
      "named",
      "--b",
      "Content-Type: text/plain",
      "Content-Disposition: attachment",
      "",
      "attached",
      "--b",
      "Content-Type: text/plain",
      "",
      "two",
      "--b--",
      "epilogue",
    );
    expect(parts).toEqual([
      ["plain", true, "one"],
      ["plain", false, "two"],
    ]);
  });

  it.each([
    ["is signed", "Content-Type: multipart/signed; boundary=b"],
    ["is encrypted", "Content-Type: multipart/encrypted; boundary=b"],
    ["is a report", "Content-Type: multipart/report; boundary=b"],
    ["has no boundary", "Content-Type: multipart/mixed"],
    ["has two types", `${mixed}\r\nContent-Type: text/plain`],
  ])("are none where it %s", async (_what, header) => {
    expect(await partsOf(header, "", "--b", "", "text", "--b--", "")).toEqual([]);
  });

  it("are none where their encoding or charset is unknown", async () => {
    expect(await partsOf("Content-Transfer-Encoding: x-uue", "", "Hi")).toEqual([]);
    expect(await partsOf("Content-Type: text/plain; charset=utf-16le", "", "Hi")).toEqual([]);
  });

  it("end with the message where the last delimiter is missing, and a longer boundary is another", async () => {
    expect(await partsOf(mixed, "", "--b", "", "x--b", "--bb", "--b-", "end")).toEqual([
      ["plain", true, "x--b\r\n--bb\r\n--b-\r\nend"],
    ]);
  });

  it("are found or given up in short time, whatever the message is made of", async () => {
    const started = performance.now();
    const delimiters = await partsOf(mixed, "", "--b\r\n".repeat(300_000));
    const likely = await partsOf(mixed, "", "\r\n--bx".repeat(300_000));
    const nested = Array.from({ length: 200 }, (_, n) => [
      `Content-Type: multipart/mixed; boundary=b${n}`,
      "",
      `--b${n}`,
    ]);
    await partsOf(...nested.flat(), "", "text");
    expect([delimiters.length <= 500, likely]).toEqual([true, []]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
