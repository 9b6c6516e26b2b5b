import { describe, expect, it } from "vitest";
import { readFromField } from "./from-field.ts";

describe("a From field", () => {
  it.each([
    "a@b.example",
    "<a@b.example>",
    "Ann <a@b.example>",
    "  Ann Lee   <a@b.example>  ",
    '"Lee, Ann" <a@b.example>',
    '"Ann \\"the <x@y.example>\\" Lee" <a@b.example>',
    "=?UTF-8?Q?J=C3=B6rg?= <a@b.example>",
    "Jörg Müller <a@b.example>",
    "J. R. Lee <a@b.example>",
    "a@b.example (Ann)",
    "Ann (at work) <a@b.example>",
    "Ann <a@B.Example>",
  ])("%s names one mailbox", (value) => {
    expect(readFromField(value)).toEqual({ email: "a@b.example", domain: "b.example" });
  });

  it.each([
    "",
    "Ann",
    "a@b.example, c@d.example",
    "Ann <a@b.example>, Bob <c@d.example>",
    "c@d.example <a@b.example>",
    "<c@d.example> <a@b.example>",
    "<a@b.example> c@d.example",
    "friends: a@b.example;",
    '"a@b.example" <c@d.example',
    '"x"evil@b.example',
    '<"x"evil@b.example>',
    "<a(c)@b.example>",
    "a b@b.example",
    '"Ann <a@b.example>',
    "Ann (work <a@b.example>",
    "Ann ) <a@b.example>",
    "Ann <a@b.example>\0",
    "<@relay.example:a@b.example>",
    `${"x".repeat(2_000)} <a@b.example>`,
  ])("%j is refused", (value) => {
    expect(readFromField(value)).toBe("invalid");
  });

  it("cannot have a local part beyond ASCII", () => {
    expect(readFromField("jörg@b.example")).toBe("non-ascii-local-part");
  });

  it("may have a domain in Unicode", () => {
    expect(readFromField("Ann <a@bücher.example>")).toMatchObject({ domain: "xn--bcher-kva.example" });
  });
});
