/** What goes out on the wire for a function's answer. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | string;
}

/** How an HTTP API itself answers: a JSON object with one text. */
export function gatewayResponse(status: number, message: string): WireResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message }),
  };
}

/**
 * What an HTTP API makes of a function's answer in payload format 2.0. An answer without `statusCode` is
 * itself the body, as JSON; one that is not of the expected form is the function's failure.
 *
 * @param payload the answer's JSON text
 */
export function proxyResponse(payload: string): WireResponse {
  const answer: unknown = JSON.parse(payload);
  if (!isRecord(answer) || answer["statusCode"] === undefined) {
    return { status: 200, headers: { "content-type": "application/json" }, body: payload };
  }
  const status = Number(answer["statusCode"]);
  const { headers = {}, cookies = [], body = "" } = answer;
  const wellFormed =
    Number.isInteger(status) &&
    status >= 100 &&
    status <= 599 &&
    isRecord(headers) &&
    typeof body === "string";
  if (!wellFormed) return gatewayResponse(500, "Internal Server Error");
  return {
    status,
    headers: {
      ...wireHeaders(headers),
      ...(Array.isArray(cookies) && cookies.length > 0 && { "set-cookie": cookies.map(String) }),
    },
    body: answer["isBase64Encoded"] === true ? Buffer.from(body, "base64") : body,
  };
}

function wireHeaders(headers: Record<string, unknown>): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { "content-type": "text/plain;charset=UTF-8", ...Object.fromEntries(named) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
