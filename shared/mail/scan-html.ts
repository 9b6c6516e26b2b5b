import { finished } from "node:stream/promises";
import type { Token } from "parse5";
import { type EndTag, SAXParser, type StartTag } from "parse5-sax-parser";

/** A link of an HTML text, and where in it its address stands. */
export interface HtmlLink {
  /** Without character references, and without white space around it. */
  readonly href: string;
  /** Of the attribute's value, without quotes. */
  readonly start: number;
  /** The first character that is not part of it. */
  readonly end: number;
  /** Names of the element's attributes, in lower case. */
  readonly attributes: readonly string[];
}

export interface ScannedHtml {
  /** In the order in which they stand. */
  readonly links: readonly HtmlLink[];
  /** Where the body element's content ends: what follows, some programs drop. */
  readonly bodyEnd: number;
}

const linkElements = new Set(["a", "area"]);

/**
 * Finds the links of an HTML text as a browser would (HTML §13.2.5): not in comments, and so not in
 * conditional ones, nor in scripts and styles. No tree is built, so that a text of 2 MB takes little memory.
 */
export async function scanHtml(html: string): Promise<ScannedHtml> {
  const links: HtmlLink[] = [];
  let bodyEnd = html.length;
  const parser = new SAXParser({ sourceCodeLocationInfo: true });
  parser.on("startTag", (tag) => links.push(...linksIn(html, tag)));
  parser.on("endTag", ({ tagName, sourceCodeLocation }: EndTag) => {
    if (tagName === "body" && sourceCodeLocation) bodyEnd = sourceCodeLocation.startOffset;
  });
  parser.end(html);
  await finished(parser);
  return { links, bodyEnd };
}

function linksIn(html: string, { tagName, attrs, sourceCodeLocation }: StartTag): HtmlLink[] {
  // Every start tag's has them; the package's types say less.
  const places = (sourceCodeLocation as Token.LocationWithAttributes | null | undefined)?.attrs;
  const place = places?.["href"];
  const href = attrs.find(({ name, prefix }) => name === "href" && !prefix);
  if (!linkElements.has(tagName) || href === undefined || place === undefined) return [];
  const value = valueWithin(html.slice(place.startOffset, place.endOffset));
  if (value === undefined) return [];
  return [
    {
      href: withoutWhiteSpace(href.value),
      start: place.startOffset + value.start,
      end: place.startOffset + value.end,
      attributes: attrs.map(({ name }) => name),
    },
  ];
}

/** Where the value stands in an attribute as it is written. */
function valueWithin(attribute: string): { start: number; end: number } | undefined {
  const assigned = /^[^=]+=[ \t\r\n\f]*(["']?)/.exec(attribute);
  if (!assigned) return undefined;
  const quote = assigned[1] ?? "";
  return { start: assigned[0].length, end: attribute.length - quote.length };
}

/** URL Standard §4.1: control characters and spaces around an address are no part of it, nor line breaks in it. */
export function withoutWhiteSpace(address: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return address.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$|[\t\r\n]+/g, "");
}
