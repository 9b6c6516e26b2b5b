import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { htmlEmails, treeOf } from "../../test/support/html-tree.ts";
import { withoutWhiteSpace } from "../mail/scan-html.ts";
import type { Marks } from "./body.ts";
import { markedBody } from "./marked-body.ts";
import { clickBaseOf, linkAt, recipientLinks } from "./recipient-links.ts";

const key = "k".repeat(64);
const origin = "https://track.example.net";
const hosts = { pages: origin, tracking: origin };
const mail = {
  accountId: 7,
  messageId: "0199a1b2-c3d4-7e5f-8a6b-0123456789ab",
  domainId: 3,
  domainName: "example.com",
  stream: "bulk",
  recipient: "anna@example.org",
} as const;
const links = recipientLinks(mail, hosts, key);
const nothing: Marks = { unsubscribeFooter: false, optOutFooter: false, opens: false, clicks: false };
const placeholders = /__(?:unsubscribe|tracking_opt_out)_url__/g;
const ours = /https:\/\/track\.example\.net\/c\/[\w-]+/g;

async function rewritten(html: string, marks: Partial<Marks>, charset?: string): Promise<string> {
  const body = await markedBody(
    { kind: "html", text: html, charset },
    { ...nothing, ...marks },
    clickBaseOf(hosts),
  );
  return body.fill(links);
}

/** Where a link leads in the end, written as the rewriting writes it. */
function targetOf(address: string): string {
  const link = address.startsWith(origin) ? linkAt(address.slice(origin.length), key) : undefined;
  return link?.kind === "click" ? link.url : withoutWhiteSpace(address);
}

/** What stands in the original where the rewritten text has a link of ours; undefined where more differs. */
function replaced(original: string, changed: string): string[] | undefined {
  const kept = changed.split(ours);
  const cut: string[] = [];
  let at = kept[0]?.length ?? 0;
  if (!original.startsWith(kept[0] ?? "")) return undefined;
  for (const stretch of kept.slice(1, -1)) {
    const next = original.indexOf(stretch, at);
    if (next < 0) return undefined;
    cut.push(original.slice(at, next));
    at = next + stretch.length;
  }
  const last = kept.at(-1) ?? "";
  if (kept.length > 1) cut.push(original.slice(at, original.length - last.length));
  return original.endsWith(last) ? cut : undefined;
}

async function expectSameRendering(html: string): Promise<void> {
  const changed = await rewritten(html, { clicks: true });
  expect(treeOf(changed, targetOf)).toEqual(treeOf(html, targetOf));
  const cut = replaced(html, changed);
  expect(cut).toBeDefined();
  for (const address of cut ?? []) expect(address).not.toMatch(/[<>]/);
}

const emails = htmlEmails();

describe("the corpus", () => {
  it("is large enough to mean something", () => {
    expect(emails.length).toBeGreaterThanOrEqual(60);
  });

  it.each(emails)("%s is rendered as before, and only its links' addresses change", async (_name, html) => {
    await expectSameRendering(html.replaceAll(placeholders, "#"));
  });

  it.each(emails)("%s leads where it led when it is read as bytes", async (_name, html) => {
    const targets = (text: string) => [...text.matchAll(ours)].map(([url]) => targetOf(url));
    const asBytes = Buffer.from(html).toString("latin1");
    const fromBytes = await rewritten(asBytes, { clicks: true }, "utf-8");
    const fromText = await rewritten(html, { clicks: true });

    expect(targets(fromBytes)).toEqual(targets(fromText));
    expect(Buffer.from(fromBytes, "latin1").toString()).toBe(fromText);
  });

  it.each(emails)(
    "%s is the same but for a pixel in its body where opens are recorded",
    async (_name, html) => {
      const text = html.replaceAll(placeholders, "#");
      const changed = await rewritten(text, { opens: true });
      const pixel =
        /\r\n<img src="https:\/\/track\.example\.net\/o\/[\w-]{52}" width="1" height="1"[^>]*>\r\n/;

      expect(changed.replace(pixel, () => "")).toBe(text);
      expect(changed).toMatch(pixel);
    },
  );

  it("has links that are tracked, and none that only look like links", async () => {
    const all = await Promise.all(emails.map(async ([, html]) => await rewritten(html, { clicks: true })));
    const targets = all.flatMap((text) => [...text.matchAll(ours)].map(([url]) => targetOf(url)));

    expect(targets.length).toBeGreaterThan(200);
    expect(targets.filter((url) => url.includes("no.example/"))).toEqual([]);
    expect(targets.filter((url) => !/^https?:\/\//i.test(url))).toEqual([]);
  });
});

describe("a newsletter of 2 MB", () => {
  it("is read once and filled for fifty recipients", async () => {
    const [, item] = emails.find(([name]) => name === "abandoned-cart.html") ?? ["", ""];
    const inner = item.slice("<html><body>".length, -"</body></html>".length);
    const html = `<html><body>${inner.repeat(Math.ceil(2_000_000 / inner.length))}</body></html>`;
    const body = await markedBody(
      { kind: "html", text: html },
      { ...nothing, opens: true, clicks: true },
      clickBaseOf(hosts),
    );
    const sizes = Array.from({ length: 50 }, () => body.fill({ ...links, click: () => "x" }).length);

    expect(new Set(sizes).size).toBe(1);
    const [before, after] = [html, await rewritten(html, { clicks: true })].map((text) =>
      treeOf(text, targetOf),
    );
    expect(after?.join("\n") === before?.join("\n")).toBe(true);
  });
});

const attributes = fc.constantFrom(
  "",
  'class="x"',
  "data-mt-no-track",
  "title='a>b'",
  'style="color:red"',
  "id=é😀",
  'href="https://second.example/"',
  "x=<",
);
const addresses = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.webUrl({ withQueryParameters: true }).map((url) => url.replaceAll("&", "&amp;")),
  fc.constantFrom(
    "#a",
    "mailto:a@b.example",
    "/x",
    "https://",
    "{{x}}",
    "https://a.example/{{x}}",
    " https://a.example ",
  ),
  fc.string({ maxLength: 20 }).map((text) => `https://a.example/${text.replace(/["'`]/g, "")}`),
);
const link = fc
  .tuple(
    attributes,
    addresses,
    fc.constantFrom('"', "'", ""),
    attributes,
    fc.constantFrom("a", "A", "area", "b"),
  )
  .map(([before, address, quote, after, tag]) => {
    const value = quote === "" ? address.replace(/[\s>"'=<`&]/g, "") || "x" : address;
    return `<${tag} ${before} href=${quote}${value}${quote} ${after}>x</${tag}>`;
  });
const piece = fc.oneof(
  { weight: 4, arbitrary: link },
  fc.constantFrom(
    ..."<p>|</p>|<table>|<tr><td>|</td></tr>|</table>|<div>|</div>|<b>|</b>|<!--|-->|<!--[if mso]>|<![endif]-->".split(
      "|",
    ),
    ..."<style>|</style>|<script>|</script>|<title>|</title>|<textarea>|</textarea>|<pre>|\r\n|\n|\r|<svg>|</svg>".split(
      "|",
    ),
    ..."<body>|</body>|</html>|&amp;|&|<|>|\"|'|é|😀|\u0000|<a href=|</a>|<select>|</select>|<math><mi>|</math>".split(
      "|",
    ),
    "<foreignObject>",
    "<![CDATA[",
    "]]>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<plaintext>",
    "<iframe>",
    "</iframe>",
  ),
  fc.string({ maxLength: 10 }),
);

describe("any HTML", () => {
  it("is rendered as before, and only its links' addresses change", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        await expectSameRendering(pieces.join(""));
      }),
      { numRuns: 500 },
    );
  });
});
