import { describe, expect, it } from "vitest";
import { scanHtml } from "./scan-html.ts";

async function linksOf(html: string) {
  const { links } = await scanHtml(html);
  return links.map(({ href, start, end }) => [href, html.slice(start, end)]);
}

describe("the links of an HTML text", () => {
  it.each([
    [
      '<a href="https://x.example/?a=1&amp;b=2">',
      "https://x.example/?a=1&b=2",
      "https://x.example/?a=1&amp;b=2",
    ],
    ["<A class=x\r\n HREF = 'https://x.example/'>", "https://x.example/", "https://x.example/"],
    ["<a href=https://x.example/a/>", "https://x.example/a/", "https://x.example/a/"],
    ['<a href="\n https://x.exa\r\n mple/ ">', "https://x.exa mple/", "\n https://x.exa\r\n mple/ "],
    ["<a href='a' href='b'>", "a", "a"],
    ["<a href=''>", "", ""],
    ["<a href=a/b=c class>", "a/b=c", "a/b=c"],
    ['<a title="é😀\r\n" href="x">é</a>', "x", "x"],
    ['\ufeff\0<p>\r\n\r<a\0b href="x">', undefined, undefined],
    ['<map><area shape=rect href="x">', "x", "x"],
    ['<svg><a xlink:href="y" href="x">', "x", "x"],
    ['<table><tr><a href="x"<td>', "x", "x"],
    ['<a/href="x"/>', "x", "x"],
    ['<textarea><a href="y"></textarea><a href="x">', "x", "x"],
  ])("have an address and its place: %s", async (html, href, written) => {
    expect(await linksOf(html)).toEqual(href === undefined ? [] : [[href, written]]);
  });

  it.each([
    "<!--[if mso]><a href='x'></a><![endif]-->",
    "<style>a{content:'<a href=x>'}</style>",
    "<script>'<a href=x>'</script>",
    "<title><a href=x></title>",
    "<a href>",
    "<a href=>",
    "<a name=x>",
    "<link href=x><base href=x>",
    "<a href='x",
    "&lt;a href=x&gt;",
  ])("are none of: %s", async (html) => {
    expect(await linksOf(html)).toEqual([]);
  });

  it("are found in what other programs than Outlook see of a conditional comment", async () => {
    expect(
      await linksOf("<!--[if !mso]><!--><a href='x'><!--<![endif]--><![if !mso]><a href='y'><![endif]>"),
    ).toEqual([
      ["x", "x"],
      ["y", "y"],
    ]);
  });
});

describe("the end of the body", () => {
  it.each([
    ["<body><p>hi</p></BODY ></html>", 15],
    ["<body><!-- </body> --></body></body>x", 29],
    ["<p>hi</p>", 9],
    ["<p>hi</p></body><!-- </body> -->", 9],
    ["", 0],
  ])("is before the last of its end tags, else that of the text: %s", async (html, at) => {
    expect((await scanHtml(html)).bodyEnd).toBe(at);
  });
});
