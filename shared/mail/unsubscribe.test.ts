import { describe, expect, it } from "vitest";
import { asksForUnsubscribeLink, listUnsubscribeHeaders, withUnsubscribeLink } from "./unsubscribe.ts";

const url = "https://track.example.net/unsubscribe/abc.def";

describe("an unsubscribe link", () => {
  it("takes the place of every placeholder, and then needs no footer", () => {
    const bodies = {
      html: '<a href="__unsubscribe_url__">a</a> <a href="__unsubscribe_url__">b</a>',
      text: "leave: __unsubscribe_url__",
    };

    expect(asksForUnsubscribeLink(bodies)).toBe(true);
    expect(withUnsubscribeLink(bodies, url, { footer: true })).toEqual({
      html: `<a href="${url}">a</a> <a href="${url}">b</a>`,
      text: `leave: ${url}`,
    });
  });

  it("stands centred at the end of the HTML body, and at the end of the text", () => {
    const { html, text } = withUnsubscribeLink(
      { html: "<body><p>İ hi</p></BODY ></html>", text: "hi\n" },
      url,
      { footer: true },
    );

    expect(html).toMatch(
      /^<body><p>İ hi<\/p>\r\n<p style="text-align:center[^"]*"><a href="https:[^"]*abc\.def">Unsubscribe<\/a><\/p>\r\n<\/BODY ><\/html>$/,
    );
    expect(text).toBe(`hi\r\n\r\nUnsubscribe: ${url}\r\n`);
  });

  it("follows HTML that is a fragment", () => {
    expect(withUnsubscribeLink({ html: "<p>hi</p>" }, url, { footer: true }).html).toMatch(
      /^<p>hi<\/p>\r\n<p style=.*<\/p>\r\n$/,
    );
  });

  it.each([
    '<p><a class="x"\nHREF="https://shop.example/Unsubscribe?u=1">Leave</a></p>',
    "<a href='https://shop.example/u/1'>\n unsubscribe here</a>",
  ])("of the customer's own in the HTML spares it the footer: %s", (html) => {
    expect(withUnsubscribeLink({ html }, url, { footer: true }).html).toBe(html);
  });

  it.each(["<p>To unsubscribe, write to us.</p>", '<a name="unsubscribe"></a>', "<abbr>unsubscribe</abbr>"])(
    "is no mere mention: %s",
    (html) => {
      expect(withUnsubscribeLink({ html }, url, { footer: true }).html).toContain(url);
    },
  );

  it("is looked for in time proportional to the HTML, whatever that is", () => {
    const started = performance.now();
    for (const html of ["<a ", "<a href=", "<a href>", "href=", "<"].map((part) => part.repeat(1_000_000))) {
      withUnsubscribeLink({ html }, url, { footer: true });
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("is not forced on bodies that do not ask for it", () => {
    const bodies = { html: "<p>hi</p>", text: "hi" };

    expect(asksForUnsubscribeLink(bodies)).toBe(false);
    expect(withUnsubscribeLink(bodies, url, { footer: false })).toEqual(bodies);
  });

  it("makes no body where there was none", () => {
    expect(withUnsubscribeLink({ html: "<p>hi</p>" }, url, { footer: true }).text).toBeUndefined();
  });

  it("is offered to mail programs by mail and by one click", () => {
    expect(listUnsubscribeHeaders(url, "abc.def", "mail.example.net")).toEqual({
      "List-Unsubscribe": `<mailto:unsubscribe@mail.example.net?subject=abc.def>, <${url}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
  });
});
