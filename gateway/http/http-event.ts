import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { HttpEvent } from "../../shared/platform/http.ts";

/**
 * A request as an HTTP API would hand it over, without its body; undefined where it does not come from
 * CloudFront although it should.
 *
 * @param originSecret what CloudFront shows; without it everybody may come, and is who the connection says
 */
export function httpEvent(request: IncomingMessage, originSecret: string | undefined): HttpEvent | undefined {
  const headers = joined(request.headers);
  if (originSecret !== undefined && !isSame(headers["x-postern-origin"], originSecret)) return undefined;
  return {
    rawPath: request.url?.split("?")[0] ?? "/",
    headers,
    isBase64Encoded: false,
    requestContext: {
      http: {
        method: request.method ?? "GET",
        sourceIp: (originSecret && viewerOf(headers)) || addressOf(request),
      },
    },
  };
}

/** CloudFront puts the viewer's address behind whatever the viewer claims. */
function viewerOf(headers: HttpEvent["headers"]): string | undefined {
  return headers["x-forwarded-for"]?.split(",").at(-1)?.trim();
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

function isSame(shown: string | undefined, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return shown !== undefined && timingSafeEqual(digest(shown), digest(secret));
}
