import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dmarcTags, dmarcVerdict } from "./dmarc.ts";

describe("a DMARC record", () => {
  it("is a list of tags, however it is spaced", () => {
    expect([...(dmarcTags(" v = DMARC1 ;P=Reject;rua=mailto:a@b.example ; ") ?? [])]).toEqual([
      ["v", "DMARC1"],
      ["p", "Reject"],
      ["rua", "mailto:a@b.example"],
    ]);
  });

  it.each([
    ["p=none; v=DMARC1", "the version must come first"],
    ["v=dmarc1; p=none", "the version's case counts"],
    ["v=DMARC2; p=none", "there is one version"],
    ["v=spf1 -all", "it is something else"],
  ])("is not %j: %s", (text) => {
    expect(dmarcTags(text)).toBeUndefined();
  });

  it.each<[string[], string]>([
    [["v=DMARC1; p=none; rua=mailto:dmarc@smtp.postern.example"], "pass"],
    [["v=DMARC1;p=reject"], "pass"],
    [["v=DMARC1; p=QUARANTINE; adkim=s; aspf=s"], "pass"],
    [["google-site-verification=x", "v=DMARC1; p=none"], "pass"],
    [["v=DMARC1; rua=mailto:a@b.example"], "pass"],
    [["v=DMARC1"], "fail"],
    [["v=DMARC1; p=nothing"], "fail"],
    [["v=DMARC1; p=none", "v=DMARC1; p=reject"], "fail"],
    [["v=dmarc1; p=none"], "fail"],
    [["hello"], "missing"],
    [[], "missing"],
  ])("%j is a %s", (texts, verdict) => {
    expect(dmarcVerdict(texts)).toBe(verdict);
  });

  it("is read in any spacing and case of names and values, with unknown tags, and nothing else is", () => {
    const space = fc.stringMatching(/^[ \t]{0,3}$/);
    const tag = fc.tuple(
      space,
      fc.constantFrom("p", "P"),
      space,
      fc.constantFrom("none", "REJECT", "Quarantine"),
    );
    const unknown = fc
      .stringMatching(/^[a-z]{3,6}=[a-z0-9:.@!]{0,20}$/)
      .filter((text) => !/^rua=/.test(text));
    fc.assert(
      fc.property(tag, fc.array(unknown), space, ([before, name, after, policy], others, end) => {
        const text = ["v=DMARC1", `${before}${name}${after}=${after}${policy}`, ...others].join(`${end};`);
        expect(dmarcVerdict([text])).toBe("pass");
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        if (dmarcVerdict(texts) === "pass") expect(texts.some((text) => text.includes("DMARC1"))).toBe(true);
      }),
    );
  });
});
