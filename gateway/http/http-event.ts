import type { IncomingMessage } from "node:http";
import { type HttpEvent, viewerOf } from "../../shared/platform/http.ts";

/**
 * A request as an HTTP API would hand it over, without its body; undefined where it does not come from
 * CloudFront although it should.
 *
 * @param originSecret what CloudFront shows; without it everybody may come, and is who the connection says
 */
export function httpEvent(request: IncomingMessage, originSecret: string | undefined): HttpEvent | undefined {
  const headers = joined(request.headers);
  const viewer = viewerOf({ headers }, originSecret);
  if (originSecret !== undefined && viewer === undefined) return undefined;
  return {
    rawPath: request.url?.split("?")[0] ?? "/",
    headers,
    isBase64Encoded: false,
    requestContext: { http: { method: request.method ?? "GET", sourceIp: viewer ?? addressOf(request) } },
  };
}

function addressOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function joined(headers: IncomingMessage["headers"]): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : value]],
  );
  return Object.fromEntries(entries);
}
