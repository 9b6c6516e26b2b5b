import type { HttpResponse } from "../../shared/platform/http.ts";

/** Nothing is loaded, nothing is kept, nobody is told where the reader came from. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
};

/** A plain page. `heading` and `text` are our own words: nothing of a request ever stands in it. */
export function page(statusCode: number, heading: string, text: string, more = {}): HttpResponse {
  return {
    statusCode,
    headers: { ...headers, ...more },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
<p>${text}</p>
</main>
</body>
</html>
`,
  };
}
