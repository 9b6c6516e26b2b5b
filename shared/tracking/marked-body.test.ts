import { describe, expect, it } from "vitest";
import type { Body, Marks } from "./body.ts";
import { clickTokenLength } from "./link-token.ts";
import { markedBody } from "./marked-body.ts";

const clickBase = "https://t.example/c/";
const links = {
  unsubscribe: "https://t.example/unsubscribe/U",
  optOut: "https://t.example/opt-out/N",
  open: "https://t.example/o/O",
  click: (url: string) => clickBase + "x".repeat(clickTokenLength(url)),
};
const nothing: Marks = { unsubscribeFooter: false, optOutFooter: false, opens: false, clicks: false };
const everything: Marks = { unsubscribeFooter: true, optOutFooter: true, opens: true, clicks: true };

async function filled(body: Omit<Body, "kind"> & Partial<Body>, marks: Partial<Marks>): Promise<string> {
  return (await markedBody({ kind: "html", ...body }, { ...nothing, ...marks }, clickBase)).fill(links);
}

const html = (text: string, marks: Partial<Marks>) => filled({ text }, marks);
const plain = (text: string, marks: Partial<Marks>) => filled({ kind: "plain", text }, marks);
const click = (url: string) => links.click(url);

describe("an unsubscribe link", () => {
  it("takes the place of every placeholder, and then needs no footer", async () => {
    const text = '<a href="__unsubscribe_url__">a</a> __unsubscribe_url__';
    expect(await html(text, { unsubscribeFooter: true })).toBe(
      `<a href="${links.unsubscribe}">a</a> ${links.unsubscribe}`,
    );
    expect(await plain("leave: __unsubscribe_url__", { unsubscribeFooter: true })).toBe(
      `leave: ${links.unsubscribe}`,
    );
  });

  it("stands centred at the end of the HTML body, and at the end of the text", async () => {
    expect(await html("<body><p>İ hi</p></BODY ></html>", { unsubscribeFooter: true })).toMatch(
      /^<body><p>İ hi<\/p>\r\n<p style="text-align:center[^"]*"><a href="https:[^"]*\/U">Unsubscribe<\/a><\/p>\r\n<\/BODY ><\/html>$/,
    );
    expect(await plain("hi\n", { unsubscribeFooter: true })).toBe(
      `hi\r\n\r\nUnsubscribe: ${links.unsubscribe}\r\n`,
    );
    expect(await html("<p>hi</p>", { unsubscribeFooter: true })).toMatch(
      /^<p>hi<\/p>\r\n<p style=.*<\/p>\r\n$/,
    );
  });

  it("of the customer's own spares the HTML the footer", async () => {
    const text = '<p><a href="https://shop.example/u">Unsubscribe</a></p>';
    expect(await html(text, { unsubscribeFooter: true })).toBe(text);
  });
});

describe("the link that ends tracking", () => {
  it("is a footer of its own in what is tracked, after that to unsubscribe", async () => {
    expect(await html("<p>hi</p>", { ...everything, clicks: false })).toMatch(
      /Unsubscribe<\/a><\/p>\r\n\r\n<p [^>]*><a href="https:\/\/t\.example\/opt-out\/N">[^<]+<\/a><\/p>\r\n\r\n<img src="https:\/\/t\.example\/o\/O"[^>]*>\r\n$/,
    );
    expect(await plain("hi", { ...everything, unsubscribeFooter: false })).toBe("hi");
  });

  it("stands where the customer wants it instead, whether or not a footer is wanted", async () => {
    const text = '<a href="__tracking_opt_out_url__">x</a>';
    for (const optOutFooter of [true, false]) {
      expect(await html(text, { optOutFooter, clicks: true })).toBe(`<a href="${links.optOut}">x</a>`);
    }
    expect(await plain("__tracking_opt_out_url__", {})).toBe(links.optOut);
  });
});

describe("tracked HTML", () => {
  it("has links that lead over our host, and the rest as it was", async () => {
    const [one, two] = ["https://a.example/?x=1&y=2", "http://b.example/ä"];
    expect(
      await html(
        `<A title=x HREF='https://a.example/?x=1&amp;y=2'\n>1</A> https://a.example/ <a href=${two}>2</a>`,
        { clicks: true },
      ),
    ).toBe(`<A title=x HREF='${click(one)}'\n>1</A> https://a.example/ <a href=${click(two)}>2</a>`);
  });

  it.each([
    "mailto:a@example.org",
    "tel:+1",
    "sms:+1",
    "#part",
    "/path",
    "page.html",
    "//cdn.example/x",
    "https://a.example/{{id}}",
    "{{url}}",
    "%%url%%",
    "[[url]]",
    "*|URL|*",
    "https://a.example/?u=*|UNIQID|*",
    "<%= url %>",
    "javascript:alert(1)",
    "https://",
    "https://ho st/",
    `https://a.example/${"x".repeat(4_096)}`,
    `https://a.example/${"é".repeat(700)}`,
    "https://a.example/1>text</a> <a href=",
  ])("keeps what is no web address of its own: %s", async (address) => {
    const text = `<base href="https://base.example/"><a href="${address}">x</a>`;
    expect(await html(text, { clicks: true })).toBe(text);
  });

  it("keeps links that are not to be tracked, with the attribute that says so", async () => {
    const text =
      '<a data-mt-no-track href="https://a.example/">x</a><a HREF="https://b.example/" DATA-MT-NO-TRACK=1>y</a>';
    expect(await html(text, { clicks: true })).toBe(text);
  });

  it("is nothing special where nothing is wanted", async () => {
    const body = await markedBody(
      { kind: "html", text: "<a href='https://a.example/'>" },
      nothing,
      clickBase,
    );
    expect(body.isFixed).toBe(true);
  });
});

describe("text", () => {
  it("gets nothing that tracks", async () => {
    expect(
      await plain("see https://a.example/ <a href='https://a.example/'>", { opens: true, clicks: true }),
    ).toBe("see https://a.example/ <a href='https://a.example/'>");
  });
});

describe("HTML with one character per byte", () => {
  const bytes = (text: string) => Buffer.from(text).toString("latin1");

  it("has links read as UTF-8 where it is that", async () => {
    const text = bytes('<a href="https://a.example/é&eacute;&amp;€?&quot;x=1">x</a>');
    expect(await filled({ text, charset: "utf-8" }, { clicks: true })).toBe(
      `<a href="${click('https://a.example/éé&€?"x=1')}">x</a>`,
    );
  });

  it("keeps links that nobody can read", async () => {
    for (const charset of ["utf-8", "iso-8859-1", "shift_jis"]) {
      const text = '<a href="https://a.example/\xe9">x</a>';
      expect(await filled({ text, charset }, { clicks: true })).toBe(text);
    }
    const ascii = '<a href="https://a.example/">\xe9</a>';
    expect(await filled({ text: ascii, charset: "iso-8859-1" }, { clicks: true })).toContain(clickBase);
  });

  it("is only added to where a byte may mean anything", async () => {
    const text = '\x1b$B<a href="https://a.example/">\x1b(B</body>';
    const marked = await filled({ text, charset: "iso-2022-jp" }, { clicks: true, opens: true });
    expect(marked.startsWith(text.slice(0, -"</body>".length))).toBe(true);
    expect(marked).toMatch(/\r\n<img [^>]*>\r\n<\/body>$/);
  });
});

describe("lines that go out as they are", () => {
  it("never become longer than mail allows", async () => {
    const link = '<a href="https://a.example/">x</a>';
    const text = `${link.repeat(20)}\r\n${"y".repeat(990)}<b>\r\n${link}\r\n${link.repeat(3)}`;
    const marked = await filled({ text, charset: "utf-8", isUnencoded: true }, { clicks: true });
    const lines = marked.split("\r\n");

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(lines.map((line) => line.split(clickBase).length - 1)).toEqual([
      expect.toSatisfy((count: number) => count > 0 && count < 20),
      0,
      1,
      3,
    ]);
  });
});
