import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { addressIn, headingColumn } from "./csv-addresses.ts";
import { type CsvRecord, csvRecords } from "./csv-records.ts";
import { csvOf } from "./csv-suppressions.ts";
import type { Suppression } from "./suppression.ts";

const row = (fields: Partial<Suppression> = {}): Suppression => ({
  id: "019c1bf6-5c00-7000-8000-000000000000",
  accountId: 7,
  email: "gone@example.net",
  domainId: 5,
  domainName: "example.com",
  stream: "bulk",
  type: "hard bounce",
  createdAt: Date.UTC(2026, 0, 31, 12),
  ...fields,
});

describe("a heading", () => {
  it.each([
    [["email"], 0],
    [["Name", " E-Mail Address "], 1],
    [["gone@example.net"], undefined],
    [["Adresse"], undefined],
    [[], undefined],
  ])("%o has its addresses in column %s", (cells, column) => {
    expect(headingColumn(cells)).toBe(column);
  });
});

describe("a cell", () => {
  it.each([
    [" Gone@Bücher.example ", { email: "Gone@xn--bcher-kva.example" }],
    ["'+tag@example.net", { email: "+tag@example.net" }],
    ["'quoted@example.net", { email: "'quoted@example.net" }],
    ["", { reason: "has no address" }],
    ["gone", { reason: "is not an email address" }],
    ["a@example.net b@example.net", { reason: "is not an email address" }],
    [`${"a".repeat(5_000)}@example.net`, { reason: "is not an email address" }],
    ["käthe@example.net", { reason: "has characters outside ASCII before the @" }],
  ])("holds an address or says why not: %s", (cell, found) => {
    expect(addressIn([cell], 0)).toEqual(found);
  });

  it("may be missing", () => {
    expect(addressIn(["x"], 3)).toEqual({ reason: "has no address" });
  });
});

describe("an exported list", () => {
  it("has a heading and a line for each row", () => {
    const [heading, line, ...more] = csvOf([row()], { heading: true }).split("\r\n");
    expect(heading).toMatch(/^email,type,sending_stream,domain_name,created_at,id,message_bounce_category,/);
    expect(line).toBe(
      "gone@example.net,hard bounce,bulk,example.com,2026-01-31T12:00:00.000Z,019c1bf6-5c00-7000-8000-000000000000,,,,,,,,,,",
    );
    expect(more).toEqual([""]);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])("runs nothing in a spreadsheet: %j", (subject) => {
    const text = csvOf([row({ message: { subject } })], { heading: false });
    expect(text).toMatch(/,("?)'/);
    expect(text).toContain(`'${subject}`);
  });

  it("can be imported again as it is", async () => {
    const emails = ["=x@example.net", "+y@example.net", "-z@example.net", "'a@example.net", "b@example.net"];
    const rows = emails.map((email) => row({ email, message: { subject: 'over\ntwo "lines", with; all' } }));
    const file = Readable.from([Buffer.from(csvOf(rows, { heading: true }))]);
    const records: CsvRecord[] = await Readable.from(csvRecords(file)).toArray();
    const [heading, ...rest] = records.map(({ cells }) => cells ?? []);
    const column = headingColumn(heading ?? []) ?? -1;
    expect(rest.map((cells) => addressIn(cells, column))).toEqual(emails.map((email) => ({ email })));
  });
});
