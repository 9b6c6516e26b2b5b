import type { HttpResponse } from "../../shared/platform/http.ts";

/** A transparent GIF of one pixel, in 43 bytes. */
const gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==";

// A repeated open or click is an event of its own, so nobody on the way may answer it.
const headers = {
  "cache-control": "no-store",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
};

export function pixel(): HttpResponse {
  return {
    statusCode: 200,
    headers: { ...headers, "content-type": "image/gif" },
    body: gif,
    isBase64Encoded: true,
  };
}

/** On to a link's target, as a browser would read it; undefined for what is no web address. */
export function redirect(target: string): HttpResponse | undefined {
  const url = URL.parse(target);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  return { statusCode: 302, headers: { ...headers, location: url.href }, body: "" };
}
