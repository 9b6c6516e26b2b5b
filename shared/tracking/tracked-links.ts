import { parseFragment } from "parse5";
import type { HtmlLink } from "../mail/scan-html.ts";
import type { Edit } from "../mail/text-template.ts";
import type { Body, RecipientLinks } from "./body.ts";
import { clickTokenLength, longestTarget } from "./link-token.ts";

/** RFC 5322 §2.1.1, without the line break. */
const longestLine = 998;
const noTrack = "data-mt-no-track";
/** What template languages, ours and others', put in the place of something: {{ }}, [[ ]], %%, *|X|*, ${ }, <% %>. */
const placeholder = /\{\{|\}\}|\[\[|\]\]|%%|\*\||\|\*|\$\{|<%|__\w+_url__/;

/** The changes by which each link that can be tracked leads over our host; nothing but its address changes. */
export function trackedLinks(
  body: Body,
  links: readonly HtmlLink[],
  clickBase: string,
): Edit<RecipientLinks>[] {
  const fits = body.isUnencoded ? linesOf(body.text) : () => true;
  return links.flatMap((link) => {
    const target = targetOf(body, link);
    if (target === undefined || !isTrackable(target)) return [];
    const { start, end } = link;
    if (!fits(start, clickBase.length + clickTokenLength(target) - (end - start))) return [];
    return [{ start, end, put: ({ click }) => click(target) }];
  });
}

/** Absolute web addresses only: all others mean something that our host could not lead to. */
function isTrackable(href: string): boolean {
  if (!/^https?:\/\//i.test(href) || placeholder.test(href)) return false;
  // Neither the link, which carries it as written, nor the redirect, percent-encoded, may become too long.
  const sent = URL.parse(href)?.href;
  return sent !== undefined && Math.max(Buffer.byteLength(href), sent.length) <= longestTarget;
}

/**
 * The address as the reader's program would understand it. In a text with one character per byte, what is
 * beyond ASCII has to be read as its charset says, of which only UTF-8 is.
 *
 * @returns undefined for an address that is to be left alone, or cannot be read
 */
function targetOf({ text, charset }: Body, { href, start, end, attributes }: HtmlLink): string | undefined {
  const written = text.slice(start, end);
  // Tags within an address: a quote is missing, and programs differ in what they make of that.
  if (attributes.includes(noTrack) || /[<>]/.test(written)) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the question
  if (charset === undefined || /^[\u0000-\u007f]*$/.test(written)) return href;
  if (charset !== "utf-8") return undefined;
  const decoded = Buffer.from(written, "latin1").toString();
  return decoded.includes("\ufffd") ? undefined : withoutReferences(decoded);
}

function withoutReferences(value: string): string | undefined {
  const [link] = parseFragment(`<a href="${value.replaceAll('"', "&quot;")}">`).childNodes;
  return link && "attrs" in link ? link.attrs[0]?.value.trim() : undefined;
}

/** Whether a line may grow by so many characters at a place; if so, it has. Places come in order. */
function linesOf(text: string): (place: number, growth: number) => boolean {
  let line = { start: 0, end: -1, grown: 0 };
  return (place, growth) => {
    if (place > line.end) {
      const start = text.lastIndexOf("\n", place) + 1;
      const end = text.indexOf("\n", place);
      line = { start, end: end < 0 ? text.length : end, grown: 0 };
    }
    const length = line.end - line.start + line.grown + growth;
    if (growth > 0 && length > longestLine) return false;
    line.grown += growth;
    return true;
  };
}
