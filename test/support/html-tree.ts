import { readdirSync, readFileSync } from "node:fs";
import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

const folder = new URL("../html-emails/", import.meta.url);

/** The HTML emails under test/html-emails, by name. */
export function htmlEmails(): [name: string, html: string][] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".html"));
  return names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]);
}

/**
 * What a browser makes of an HTML text, as lines of text: one for each node, with its depth. Two texts with
 * the same lines look the same.
 *
 * @param href what stands for an address of a link
 */
export function treeOf(html: string, href: (address: string) => string): string[] {
  const lines: string[] = [];
  const waiting: { node: Node; depth: number }[] = [{ node: parse(html), depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, depth } = next;
    lines.push(`${depth} ${lineOf(node, href)}`);
    const children =
      "content" in node ? node.content.childNodes : "childNodes" in node ? node.childNodes : [];
    waiting.push(...children.toReversed().map((child) => ({ node: child, depth: depth + 1 })));
  }
  return lines;
}

function lineOf(node: Node, href: (address: string) => string): string {
  if ("tagName" in node) {
    const attrs = node.attrs.map(({ name, prefix, value }) => {
      const shown = name === "href" && !prefix ? href(value) : value;
      return ` ${prefix ?? ""}:${name}=${JSON.stringify(shown)}`;
    });
    return `<${node.namespaceURI} ${node.tagName}${attrs.join("")}>`;
  }
  if ("value" in node) return JSON.stringify(node.value);
  if ("data" in node) return `<!--${node.data}-->`;
  return node.nodeName;
}
