import cf from "cloudfront";

// A function behind an HTTP API takes 6 MB in all: the body as text, escaped, or else in base64, which is a
// third longer.
const mostText = 5000000;
const mostBinary = 4000000;

/** Sends what a function could not take, or of which nobody says how long it is, to the gateway. */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by its name
function handler(event) {
  const request = event.request;
  request.headers["x-postern-viewer"] = { value: event.viewer.ip };
  if (isLarge(request)) cf.selectRequestOriginById("gateway");
  return request;
}

function isLarge(request) {
  const length = headerOf(request, "content-length");
  if (length === undefined) return request.method === "POST";
  const isText = /^(text\/|application\/json)/i.test(headerOf(request, "content-type") || "");
  return Number(length) > (isText ? mostText : mostBinary);
}

function headerOf(request, name) {
  const header = request.headers[name];
  return header === undefined ? undefined : header.value;
}
