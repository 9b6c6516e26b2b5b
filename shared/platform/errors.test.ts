import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { asPosternError, catalogue, PosternError } from "./errors.ts";

const documented = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"));

const expected = Object.entries(catalogue).map(([code, entry]) => {
  const [reply, enhanced] = entry.smtp;
  const smtpText = "smtpText" in entry ? entry.smtpText : entry.text;
  return `| \`${code}\` | ${entry.http} | ${entry.text} | \`${reply} ${enhanced} ${smtpText}\` | ${entry.permanent ? "no" : "yes"} |`;
});

describe("the error catalogue", () => {
  it("is what docs/errors.md lists, line by line", () => {
    expect(documented).toEqual(expected);
  });

  it("gives permanent errors 4xx over HTTP and 5xx over SMTP, temporary ones a status that invites another try", () => {
    for (const [code, entry] of Object.entries(catalogue)) {
      expect(entry.smtp[0] < 500, `${code} over SMTP`).toBe(!entry.permanent);
      expect(entry.smtp[1].startsWith(entry.permanent ? "5." : "4."), `${code}'s enhanced status`).toBe(true);
      expect([409, 429, 500].includes(entry.http) || entry.permanent, `${code} over HTTP`).toBe(true);
    }
  });

  it("hides what was thrown behind a fixed text", () => {
    const hidden = asPosternError(new Error("table postern-quota is on fire"));

    expect(hidden).toBeInstanceOf(PosternError);
    expect(hidden.messages).toEqual(["Internal server error"]);
  });

  it("leaves an error that a customer may see as it is", () => {
    const known = new PosternError("month_limit_reached");

    expect(asPosternError(known)).toBe(known);
    expect(known.permanent).toBe(true);
  });
});
