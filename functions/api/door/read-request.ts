import { parse } from "qs";
import { PosternError } from "../../../shared/platform/errors.ts";
import { bodyOf, type HttpEvent, readJson } from "../../../shared/platform/http.ts";
import { fieldErrorsOf } from "./errors.ts";
import type { ApiRoute } from "./route.ts";

// Lists come as `k[]=`, `k=` again and again, and `k[0]=`; filters as `filters[name][value][]=`. As flat
// objects without a prototype, bounded in number and depth.
const queryOptions = { depth: 4, parameterLimit: 1_000, arrayLimit: 1_000, plainObjects: true } as const;

/**
 * What a route sees of a request.
 *
 * @throws PosternError `invalid_request` for a body that is no JSON or a query string that the route cannot
 * read, `validation_failed` for a body whose fields are wrong
 */
export function readRequest(route: ApiRoute, event: HttpEvent) {
  const rawBody = bodyOf(event);
  return {
    query: route.query && queryOf(route.query, event.rawQueryString ?? ""),
    body: route.body && fieldsOf(route.body, rawBody),
    rawBody,
    clientIp: event.requestContext.http.sourceIp,
  };
}

function queryOf(schema: NonNullable<ApiRoute["query"]>, text: string): unknown {
  const result = schema.safeParse(parse(text, queryOptions), { error: () => "Bad Request" });
  if (result.success) return result.data;
  throw new PosternError("invalid_request", { messages: result.error.issues.map(({ message }) => message) });
}

/** What is wrong, where a schema has no words of its own for it. */
function wordsOf({ code, input }: { readonly code: string; readonly input?: unknown }): string {
  if (code === "too_big") return typeof input === "number" ? "is too large" : "is too long";
  if (code === "too_small") return typeof input === "number" ? "is too small" : "is too short";
  return input === undefined || input === null ? "can't be blank" : "is invalid";
}

/** Clients send some requests without any body: then no field is there. */
function fieldsOf(schema: NonNullable<ApiRoute["body"]>, body: Buffer): unknown {
  const result = schema.safeParse(body.length === 0 ? {} : jsonOf(body), { error: wordsOf });
  if (result.success) return result.data;
  throw fieldErrorsOf(result.error);
}

function jsonOf(body: Buffer): object {
  try {
    const value = wellFormed(readJson(body));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Worded below, as this API does.
  }
  throw new PosternError("invalid_request");
}

/**
 * JSON with U+FFFD for each half of a surrogate pair, in names and texts: the tables cannot hold one. What writes JSON
 * writes pairs as they are and halves as escapes, by which they are found.
 */
function wellFormed(value: unknown): unknown {
  const text = JSON.stringify(value);
  const whole = text.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\ufffd");
  return whole === text ? value : JSON.parse(whole);
}
