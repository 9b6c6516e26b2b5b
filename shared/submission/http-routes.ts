import { createHash, type Hash } from "node:crypto";
import type { Stream } from "../contracts/streams.ts";
import { bodyOf, type HttpEvent, jsonResponse, readJson, tokenOf, viewerOf } from "../platform/http.ts";
import type { Route } from "../platform/http-door.ts";
import { accept } from "./accept.ts";
import { acceptBatch } from "./accept-batch.ts";
import type { Customer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import type { ItemResult, Submission } from "./submission.ts";

/**
 * Reads the JSON of a request's body for a customer who is known, and tells the hash each byte of it.
 *
 * @throws PosternError `invalid_request` or `message_too_large`
 */
export type ReadBody = (event: HttpEvent, customer: Customer, hash: Hash) => unknown | Promise<unknown>;

export interface SendRoutesOptions {
  /** How bodies are read; unless given, from the event, which has all of it. */
  readonly readBody?: ReadBody;
  /** What CloudFront shows, where there is one before this. */
  readonly originSecret?: string | undefined;
}

/** The send API of one stream. */
export function sendRoutes(
  deps: AcceptDeps,
  stream: Stream,
  options: SendRoutesOptions = {},
): ReadonlyMap<string, Route> {
  const submissionOf = (event: HttpEvent) => submission(event, stream, options);
  return new Map<string, Route>([
    [
      "POST /api/send",
      async (event) => {
        const { messageIds } = await accept(deps, submissionOf(event));
        return jsonResponse(200, { success: true, message_ids: messageIds });
      },
    ],
    [
      "POST /api/batch",
      async (event) => {
        const results = await acceptBatch(deps, submissionOf(event));
        return jsonResponse(200, { success: true, responses: results.map(itemResponse) });
      },
    ],
  ]);
}

function submission(
  event: HttpEvent,
  stream: Stream,
  { readBody = readFromEvent, originSecret }: SendRoutesOptions,
): Submission {
  const key = event.headers["idempotency-key"];
  const hash = createHash("sha256").update(`${stream} ${event.rawPath}\n`);
  return {
    secret: tokenOf(event),
    stream,
    clientIp: viewerOf(event, originSecret) ?? event.requestContext.http.sourceIp,
    read: (customer) => readBody(event, customer, hash),
    ...(key !== undefined && { idempotency: { key, fingerprint: () => hash.copy().digest("hex") } }),
  };
}

function readFromEvent(event: HttpEvent, _customer: Customer, hash: Hash): unknown {
  const body = bodyOf(event);
  if (event.headers["idempotency-key"] !== undefined) hash.update(body);
  return readJson(body);
}

function itemResponse(result: ItemResult) {
  return "messageIds" in result
    ? { success: true, message_ids: result.messageIds }
    : { success: false, errors: result.errors };
}
