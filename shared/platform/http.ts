import { createHash, timingSafeEqual } from "node:crypto";
import { catalogue, PosternError } from "./errors.ts";

/** What is used of an HTTP API's event in payload format 2.0. */
export interface HttpEvent {
  readonly rawPath: string;
  /** Without the question mark. */
  readonly rawQueryString?: string | undefined;
  /** Names in lower case; repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp: string } };
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set where the body is base64 of what is to be sent. */
  readonly isBase64Encoded?: boolean;
}

export function jsonResponse(
  statusCode: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    statusCode,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

/** An error as the send API words it. */
export function errorResponse({ code, messages, retryAfterSeconds }: PosternError): HttpResponse {
  const retryAfter: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return jsonResponse(catalogue[code].http, { success: false, errors: messages }, retryAfter);
}

/** The token of `Authorization: Bearer T` (RFC 6750 §2.1; the scheme in any case) or `Api-Token: T`. */
export function tokenOf({ headers }: HttpEvent): string | undefined {
  const [scheme, token] = (headers["authorization"] ?? "").trim().split(/\s+/, 2);
  return scheme?.toLowerCase() === "bearer" ? token : headers["api-token"]?.trim();
}

/**
 * Who made a request that CloudFront passed on, by the header that CloudFront's function sets; undefined for a
 * request that did not come through CloudFront, which could claim anything.
 *
 * @param originSecret what CloudFront shows; where there is no CloudFront there is none
 */
export function viewerOf({ headers }: Pick<HttpEvent, "headers">, originSecret: string | undefined) {
  const shown = headers["x-postern-origin"];
  if (originSecret === undefined || shown === undefined || !isSame(shown, originSecret)) return undefined;
  return headers["x-postern-viewer"];
}

function isSame(shown: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(shown), digest(secret));
}

/** The body as it was sent. */
export function bodyOf({ body = "", isBase64Encoded }: Pick<HttpEvent, "body" | "isBase64Encoded">): Buffer {
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
}

/**
 * Reads JSON, whatever the content type calls it.
 *
 * @throws PosternError `invalid_request`; what the parser says is not passed on, since it quotes the body
 */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new PosternError("invalid_request", { messages: ["request body is not valid JSON"] });
  }
}
