import { type ScannedHtml, scanHtml } from "../mail/scan-html.ts";
import { type Edit, type TextTemplate, textTemplate } from "../mail/text-template.ts";
import { trimmedEnd } from "../mail/transfer-encoding.ts";
import { hasUnsubscribeLink, unsubscribePlaceholder } from "../mail/unsubscribe.ts";
import type { Body, Marks, RecipientLinks } from "./body.ts";
import { trackedLinks } from "./tracked-links.ts";

export type MarkedBody = TextTemplate<RecipientLinks>;

/** What customers write where a recipient's own link belongs. */
const placeholders = { unsubscribe: unsubscribePlaceholder, optOut: "__tracking_opt_out_url__" } as const;

type Put = (links: RecipientLinks) => string;

// Each in a line of its own, since a line of mail has its limit (RFC 5322 §2.1.1).
const unsubscribeFooter: Put = ({ unsubscribe }) => footer(unsubscribe, "Unsubscribe");
const optOutFooter: Put = ({ optOut }) => footer(optOut, "Do not record my opens and clicks");
const pixel: Put = ({ open }) =>
  `\r\n<img src="${open}" width="1" height="1" alt="" style="border:0;width:1px;height:1px">\r\n`;

function footer(url: string, text: string): string {
  return `\r\n<p style="text-align:center;font-size:12px"><a href="${url}">${text}</a></p>\r\n`;
}

/**
 * Reads a body once, for however many recipients: their own links go in place of every placeholder; into
 * HTML also a pixel, the links that record clicks and a link that ends this; and at its end a footer where one
 * is wanted and the body has no such link yet. Plain text gets nothing that tracks.
 *
 * @param clickBase what links that record clicks begin with
 */
export async function markedBody(body: Body, marks: Marks, clickBase: string): Promise<MarkedBody> {
  const { kind, text } = body;
  const edits = [...placesOf(text, "unsubscribe"), ...placesOf(text, "optOut")];
  const asks = (name: keyof typeof placeholders) => text.includes(placeholders[name]);
  if (kind === "plain") {
    if (marks.unsubscribeFooter && !asks("unsubscribe")) edits.push(textFooter(text));
    return textTemplate(text, edits);
  }
  const { links, bodyEnd } = await scanned(body);
  if (marks.clicks) edits.push(...trackedLinks(body, links, clickBase));
  const atEnd = [
    marks.unsubscribeFooter && !asks("unsubscribe") && !hasUnsubscribeLink(text) && unsubscribeFooter,
    marks.optOutFooter && !asks("optOut") && optOutFooter,
    marks.opens && pixel,
  ].filter((put) => put !== false);
  return textTemplate(text, [...edits, ...atEnd.map((put) => ({ start: bodyEnd, end: bodyEnd, put }))]);
}

/** In a charset whose bytes mean one thing or another by what stands before them, only the end is found. */
async function scanned({ text, charset = "" }: Body): Promise<ScannedHtml> {
  if (!/^(?:iso-2022|hz)/.test(charset)) return await scanHtml(text);
  return { links: [], bodyEnd: [...text.matchAll(/<\/body\s*>/gi)].at(-1)?.index ?? text.length };
}

function placesOf(text: string, name: keyof typeof placeholders): Edit<RecipientLinks>[] {
  const placeholder = placeholders[name];
  return [...text.matchAll(new RegExp(placeholder, "g"))].map(({ index }) => ({
    start: index,
    end: index + placeholder.length,
    put: (links) => links[name],
  }));
}

function textFooter(text: string): Edit<RecipientLinks> {
  return {
    start: trimmedEnd(text).length,
    end: text.length,
    put: ({ unsubscribe }) => `\r\n\r\nUnsubscribe: ${unsubscribe}\r\n`,
  };
}
