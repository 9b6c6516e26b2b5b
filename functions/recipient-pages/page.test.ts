import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import { page } from "./page.ts";
import { languages, speechFor } from "./words/languages.ts";

const tags = Object.keys(languages);
const values = { domain: "example.com", account: "Till", email: "bob@example.net" };

describe("a page", () => {
  it.each(tags)("says everything in %s, in sound HTML without script", (tag) => {
    const speech = speechFor(tag);
    const errors: string[] = [];
    for (const saying of Object.values(speech.words)) {
      const { body, headers } = page(200, { speech, saying, values });
      parse(body, { onParseError: ({ code }) => errors.push(code) });
      expect(headers["content-language"]).toBe(tag);
      expect(body).toContain(`<html lang="${tag}" dir="${tag === "ar" ? "rtl" : "ltr"}">`);
      expect(body).toContain(`<title>${saying.title}</title>`);
      for (const [name, value] of Object.entries(values)) {
        expect(body.includes(`<bdi>${value}</bdi>`)).toBe(saying.text.includes(`{${name}}`));
      }
      expect(body).not.toMatch(/<script|\{[a-z]+\}<|<img|<link/i);
    }
    expect(errors).toEqual([]);
  });

  it("has the same sayings with the same places in every language", () => {
    const places = (tag: string) =>
      Object.entries(languages[tag] ?? {}).map(([name, saying]) => [
        name,
        Object.keys(saying).toSorted(),
        saying.text.match(/\{\w+\}/g)?.toSorted() ?? [],
      ]);
    for (const tag of tags) expect(places(tag).toSorted()).toEqual(places("en").toSorted());
  });

  it("may load nothing, be framed nowhere, and send its form only back", () => {
    const speech = speechFor("en");
    const { headers } = page(200, { speech, saying: speech.words.unsubscribe });
    expect(headers["content-security-policy"]).toMatch(
      /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
    );
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("shows a name, whatever it is made of, as text", () => {
    const speech = speechFor("en");
    const { body } = page(200, {
      speech,
      saying: speech.words.invitation,
      values: { ...values, account: "<b>$&'{email}" },
    });
    expect(body).toContain("<bdi>&#60;b&#62;$&#38;&#39;{email}</bdi>");
  });
});

describe("a page's language", () => {
  it.each([
    [undefined, "en"],
    ["", "en"],
    ["*", "en"],
    ["sv", "en"],
    ["de-AT", "de"],
    ["zh-TW,zh;q=0.9,en;q=0.8", "zh"],
    ["sv, pt-BR;q=0.8, en;q=0.5", "pt"],
    ["en;q=0.1, ja", "ja"],
    ["ar-EG", "ar"],
    ["x".repeat(10_000), "en"],
    ["constructor", "en"],
  ])("for %s is %s", (asked, language) => {
    expect(speechFor(asked).language).toBe(language);
  });
});
