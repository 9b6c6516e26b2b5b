import { describe, expect, it } from "vitest";
import { asksForUnsubscribeLink, hasUnsubscribeLink, listUnsubscribeHeaders } from "./unsubscribe.ts";

const url = "https://track.example.net/unsubscribe/abc";

describe("an unsubscribe link", () => {
  it("is asked for by its placeholder, in the text or in the HTML", () => {
    expect(asksForUnsubscribeLink({ html: '<a href="__unsubscribe_url__">a</a>' })).toBe(true);
    expect(asksForUnsubscribeLink({ html: "", text: "leave: __unsubscribe_url__" })).toBe(true);
    expect(asksForUnsubscribeLink({ html: "<p>unsubscribe</p>" })).toBe(false);
  });

  it.each([
    '<p><a class="x"\nHREF="https://shop.example/Unsubscribe?u=1">Leave</a></p>',
    "<a href='https://shop.example/u/1'>\n unsubscribe here</a>",
  ])("of the customer's own is seen: %s", (html) => {
    expect(hasUnsubscribeLink(html)).toBe(true);
  });

  it.each(["<p>To unsubscribe, write to us.</p>", '<a name="unsubscribe"></a>', "<abbr>unsubscribe</abbr>"])(
    "is no mere mention: %s",
    (html) => {
      expect(hasUnsubscribeLink(html)).toBe(false);
    },
  );

  it("is looked for in time proportional to the HTML, whatever that is", () => {
    const started = performance.now();
    for (const html of ["<a ", "<a href=", "<a href>", "href=", "<"].map((part) => part.repeat(1_000_000))) {
      hasUnsubscribeLink(html);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("is offered to mail programs by mail and by one click", () => {
    expect(listUnsubscribeHeaders(url, "abc", "mail.example.net")).toEqual({
      "List-Unsubscribe": `<mailto:unsubscribe@mail.example.net?subject=abc>, <${url}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
  });
});
