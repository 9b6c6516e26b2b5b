import type { IncomingHttpHeaders } from "node:http";
import { localAccount } from "../template/account.ts";

/** A request as it reached the local port, with the route that takes it. */
export interface ProxyRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly protocol: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly port: number;
  readonly apiId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** The Lambda proxy event, payload format 2.0, that an HTTP API makes of a request. */
export function proxyEvent(request: ProxyRequest): object {
  const { method, protocol, headers, body, sourceIp, apiId, routeKey, requestId, receivedAt } = request;
  const [rawPath = "/", rawQueryString = ""] = splitOnce(request.target, "?");
  const binary = isBinary(headers);
  const cookies = headers.cookie?.split(/;\s*/).filter(Boolean);
  const domainName = headers.host ?? "localhost";
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers: eventHeaders(request),
    ...(rawQueryString && { queryStringParameters: queryParameters(rawQueryString) }),
    requestContext: {
      accountId: localAccount,
      apiId,
      domainName,
      domainPrefix: domainName.split(".")[0],
      http: {
        method,
        path: rawPath,
        protocol,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: "$default",
      time: accessLogTime(receivedAt),
      timeEpoch: receivedAt,
    },
    ...(Object.keys(request.pathParameters).length > 0 && { pathParameters: request.pathParameters }),
    ...(body.length > 0 && { body: body.toString(binary ? "base64" : "utf8") }),
    isBase64Encoded: body.length > 0 && binary,
  };
}

function eventHeaders({ headers, sourceIp, port }: ProxyRequest): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name === "cookie" || value === undefined) continue;
    joined[name] = Array.isArray(value) ? value.join(",") : value;
  }
  const forwarded = headers["x-forwarded-for"];
  return {
    ...joined,
    "x-forwarded-for": forwarded ? `${forwarded}, ${sourceIp}` : sourceIp,
    "x-forwarded-port": String(port),
    "x-forwarded-proto": "http",
  };
}

// An HTTP API takes these types for text and hands everything else over as base64, forms included.
const textTypes = /^(text\/.*|application\/(json|xml|javascript|([^;]*\+(json|xml))))$/i;

function isBinary(headers: IncomingHttpHeaders): boolean {
  if (headers["content-encoding"]) return true;
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return !textTypes.test(type);
}

// Duplicate names are joined by commas, as the headers' are.
function queryParameters(rawQueryString: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const earlier = parameters.get(name);
    parameters.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(parameters);
}

/** Such as `22/Nov/2026:21:02:55 +0000`. */
function accessLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
