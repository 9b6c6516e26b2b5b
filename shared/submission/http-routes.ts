import { createHash } from "node:crypto";
import type { Stream } from "../contracts/streams.ts";
import { bodyOf, type HttpEvent, jsonResponse, readJson, tokenOf } from "../platform/http.ts";
import type { Route } from "../platform/http-door.ts";
import { accept } from "./accept.ts";
import { acceptBatch } from "./accept-batch.ts";
import type { AcceptDeps } from "./deps.ts";
import type { ItemResult, Submission } from "./submission.ts";

/** The send API of one stream. */
export function sendRoutes(deps: AcceptDeps, stream: Stream): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    [
      "POST /api/send",
      async (event) => {
        const { messageIds } = await accept(deps, submissionOf(event, stream));
        return jsonResponse(200, { success: true, message_ids: messageIds });
      },
    ],
    [
      "POST /api/batch",
      async (event) => {
        const results = await acceptBatch(deps, submissionOf(event, stream));
        return jsonResponse(200, { success: true, responses: results.map(itemResponse) });
      },
    ],
  ]);
}

function submissionOf(event: HttpEvent, stream: Stream): Submission {
  const body = bodyOf(event);
  const key = event.headers["idempotency-key"];
  const fingerprint = () =>
    createHash("sha256").update(`${stream} ${event.rawPath}\n`).update(body).digest("hex");
  return {
    secret: tokenOf(event),
    stream,
    clientIp: event.requestContext.http.sourceIp,
    read: () => readJson(body),
    ...(key !== undefined && { idempotency: { key, fingerprint: fingerprint() } }),
  };
}

function itemResponse(result: ItemResult) {
  return "messageIds" in result
    ? { success: true, message_ids: result.messageIds }
    : { success: false, errors: result.errors };
}
