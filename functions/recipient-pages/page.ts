import type { HttpResponse } from "../../shared/platform/http.ts";
import type { Speech } from "./words/languages.ts";
import type { Handover, Question, Saying } from "./words/words.ts";

/** Nothing is loaded, nothing is kept, nobody is told where the reader came from. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
  vary: "accept-language",
};

// Contrasts: text 17:1, the button 8.6:1, the field's edge 7:1 (WCAG 2.2 AA wants 4.5:1 and 3:1); the ring shows where the keyboard is.
const style = [
  "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}",
  "button{font:inherit;padding:.75rem 1.5rem;min-height:2.75rem;border:0;border-radius:.375rem;color:#fff;background:#0b4a8f;cursor:pointer}",
  "label{display:block}input{font:inherit;box-sizing:border-box;width:100%;padding:.625rem;border:1px solid #595959;border-radius:.375rem;color:inherit;background:#fff}",
  "code{font-size:1.25rem;overflow-wrap:anywhere;user-select:all}",
  ":focus-visible{outline:3px solid #1a1a1a;outline-offset:3px}",
].join("");

export interface Shown {
  readonly speech: Speech;
  readonly saying: Saying | Question | Handover;
  /** What stands for `{domain}` and other such places. */
  readonly values?: Readonly<Record<string, string>>;
  /** What the reader sees here and nowhere else. */
  readonly secret?: string | undefined;
}

/**
 * A plain page; with a question, also the button that answers it, by a POST to the page's own address. All of
 * it is our own words but for names, which a signed link has brought or led to.
 */
export function page(
  statusCode: number,
  { speech, saying, values = {}, secret }: Shown,
  more = {},
): HttpResponse {
  const { language, direction } = speech;
  const text = saying.text.replace(/\{(\w+)\}/g, (_, name) => `<bdi>${escaped(values[name] ?? "")}</bdi>`);
  const form = "button" in saying ? formOf(saying) : "";
  const handedOver = "secret" in saying && secret !== undefined ? secretOf(saying.secret, secret) : "";
  return {
    statusCode,
    headers: { ...headers, "content-language": language, ...more },
    body: `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${saying.title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${saying.title}</h1>
<p>${text}</p>
${handedOver}${form}</main>
</body>
</html>
`,
  };
}

function secretOf(label: string, secret: string): string {
  return `<p>${label}</p>\n<p><code dir="ltr">${escaped(secret)}</code></p>\n`;
}

function formOf({ button, field }: Question): string {
  const input =
    field === undefined
      ? ""
      : `<p><label for="name">${field}</label><input id="name" name="name" required maxlength="100" autocomplete="name" dir="auto"></p>`;
  return `<form method="post">${input}<button type="submit">${button}</button></form>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
