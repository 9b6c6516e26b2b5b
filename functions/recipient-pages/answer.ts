import type { HttpEvent, HttpResponse } from "../../shared/platform/http.ts";
import type { LinkKeyClient } from "../../shared/tracking/link-key-client.ts";
import { readUnsubscribe } from "../../shared/tracking/unsubscribe-token.ts";
import { page } from "./page.ts";

const unsubscribePath = /^\/unsubscribe\/([^/]+)$/;
const retryAfterSeconds = 24 * 3600;

/**
 * Answers a recipient who follows an unsubscribe link, or a mail program that does so with one click
 * (RFC 8058 §3.2). Until there is a suppression list to enter, the page says so, and a program is told to
 * come back rather than that it succeeded. A link that we did not make exists as little as any other.
 */
export async function answer(
  { linkKeys }: { linkKeys: LinkKeyClient },
  { rawPath, requestContext }: Pick<HttpEvent, "rawPath" | "requestContext">,
): Promise<HttpResponse> {
  const token = unsubscribePath.exec(rawPath)?.[1];
  if (token === undefined || readUnsubscribe(token, await linkKeys.key()) === undefined) return notFound();
  switch (requestContext.http.method) {
    case "GET":
      return page(200, "Unsubscribe", `Your link was recognised. ${notYet}`);
    case "POST":
      return page(503, "Unsubscribe", notYet, { "retry-after": String(retryAfterSeconds) });
    default:
      return notFound();
  }
}

const notYet =
  "Unsubscribing by link is not yet open on this server, so nothing has been changed. " +
  "To stop these emails now, please reply to the sender.";

function notFound(): HttpResponse {
  return page(404, "Page not found", "This link is incomplete or was changed on its way to you.");
}
