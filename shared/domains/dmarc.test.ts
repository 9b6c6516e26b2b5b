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
});
