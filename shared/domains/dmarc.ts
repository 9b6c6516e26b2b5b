import type { RecordStatus } from "./sending-domain.ts";

const policies = new Set(["none", "quarantine", "reject"]);

/** A DMARC record's tags, by name in lower case; undefined for a text that is no DMARC record (RFC 7489 §6.3). */
export function dmarcTags(text: string): ReadonlyMap<string, string> | undefined {
  const tags = text.split(";").map((part): [string, string] => {
    const [name = "", ...value] = part.split("=");
    return [name.trim().toLowerCase(), value.join("=").trim()];
  });
  const [first] = tags;
  if (first?.[0] !== "v" || first[1] !== "DMARC1") return undefined;
  return new Map(tags.filter(([name]) => name !== ""));
}

/**
 * What the texts at `_dmarc` mean to a receiver: it ignores all that is no DMARC record, and all of them if
 * there are several (RFC 7489 §6.6.3). A policy that cannot be read counts as `none` where reports are asked for.
 */
export function dmarcVerdict(texts: readonly string[]): Extract<RecordStatus, "pass" | "fail" | "missing"> {
  const found = texts.map(dmarcTags).filter((tags) => tags !== undefined);
  const [tags, another] = found;
  if (tags === undefined) return texts.some(looksLikeDmarc) ? "fail" : "missing";
  if (another !== undefined) return "fail";
  const policy = tags.get("p")?.toLowerCase() ?? "";
  return policies.has(policy) || tags.get("rua")?.toLowerCase().startsWith("mailto:") ? "pass" : "fail";
}

/** Something with a mistake in it, which its owner would like to hear of. */
function looksLikeDmarc(text: string): boolean {
  return /dmarc/i.test(text);
}
