import type { InvitationDeps } from "../../shared/accounts/accept-invitation.ts";
import { recipientPages } from "../../shared/contracts/recipient-pages.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import type { HttpEvent, HttpResponse } from "../../shared/platform/http.ts";
import { unlessAborted } from "../../shared/platform/unless-aborted.ts";
import { type HitDeps, takeHit, type Visit } from "../../shared/tracking/hits.ts";
import { type LeaveDeps, optOut, unsubscribe } from "../../shared/tracking/leave.ts";
import type { LinkKeyClient } from "../../shared/tracking/link-key-client.ts";
import type { ClickLink, OpenLink, OptOutLink, UnsubscribeLink } from "../../shared/tracking/link-token.ts";
import { linkAt } from "../../shared/tracking/recipient-links.ts";
import { type InvitationRequest, invitation } from "./invitations.ts";
import { page } from "./page.ts";
import { pixel, redirect } from "./traces.ts";
import { type Speech, speechFor } from "./words/languages.ts";

export interface AnswerDeps extends HitDeps, LeaveDeps, InvitationDeps {
  readonly linkKeys: LinkKeyClient;
  readonly clock: Clock;
  readonly optOuts: HitDeps["optOuts"] & LeaveDeps["optOuts"];
  /** Ms that a reader waits for what is written of him: on the way to a page, and for having left. */
  readonly patience: { readonly hitMs: number; readonly leaveMs: number };
  /** Learns of what went wrong without the reader's knowing. */
  warn(text: string, ids: { readonly messageId?: string; readonly error: unknown }): void;
}

export type PageRequest = InvitationRequest &
  Pick<HttpEvent, "headers"> & {
    readonly requestContext: HttpEvent["requestContext"] & { readonly requestId: string };
  };

const retryAfterSeconds = 300;

/**
 * Answers whoever follows one of our links, on whatever host. What a link means is signed
 * in it; a link that we did not make exists as little as any other.
 */
export async function answer(deps: AnswerDeps, request: PageRequest): Promise<HttpResponse> {
  const speech = speechFor(request.headers["accept-language"]);
  const { method } = request.requestContext.http;
  const key = await keyOf(deps);
  if (key === undefined) return withoutBody(method, unavailable(speech));
  const isRead = method === "GET" || method === "HEAD";
  if (request.rawPath.startsWith(recipientPages.invitation.path) && (isRead || method === "POST")) {
    return withoutBody(method, await invite(deps, request, key, speech));
  }
  const link = linkAt(request.rawPath, key);
  const isTrace = link?.kind === "open" || link?.kind === "click";
  if (link === undefined || !(isRead || (method === "POST" && !isTrace))) return notFound(speech, method);
  if (isTrace) return await trace(deps, link, request);
  return withoutBody(method, await leave(deps, link, request, speech));
}

async function keyOf({ linkKeys, patience, warn }: AnswerDeps): Promise<string | undefined> {
  try {
    return await unlessAborted(linkKeys.key(), AbortSignal.timeout(patience.leaveMs));
  } catch (error) {
    warn("the link key could not be read", { error });
    return undefined;
  }
}

/** HEAD is a program's question, not a reader's doing. */
async function trace(
  deps: AnswerDeps,
  link: OpenLink | ClickLink,
  request: PageRequest,
): Promise<HttpResponse> {
  const { method } = request.requestContext.http;
  const response = link.kind === "open" ? pixel() : redirect(link.url);
  if (response === undefined) return notFound(speechFor(request.headers["accept-language"]), method);
  if (method === "HEAD") return withoutBody(method, response);
  try {
    const taking = takeHit(deps, link, visitOf(deps, request));
    await unlessAborted(taking, AbortSignal.timeout(deps.patience.hitMs));
  } catch (error) {
    deps.warn("a hit was lost", { messageId: link.messageId, error });
  }
  return response;
}

/**
 * Programs that look through mail follow every link in it, so that reading a page changes nothing. A POST does:
 * the page's button, or a mail program's one click (RFC 8058 §3.2), which gets no question to answer.
 */
async function leave(
  deps: AnswerDeps,
  link: UnsubscribeLink | OptOutLink,
  request: PageRequest,
  speech: Speech,
): Promise<HttpResponse> {
  const { words } = speech;
  const [question, done] =
    link.kind === "unsubscribe" ? [words.unsubscribe, words.unsubscribed] : [words.optOut, words.optedOut];
  const shown = { speech, values: { domain: link.domainName } };
  if (request.requestContext.http.method !== "POST") return page(200, { ...shown, saying: question });
  try {
    const leaving =
      link.kind === "unsubscribe" ? unsubscribe(deps, link, visitOf(deps, request)) : optOut(deps, link);
    await unlessAborted(leaving, AbortSignal.timeout(deps.patience.leaveMs));
    return page(200, { ...shown, saying: done });
  } catch (error) {
    deps.warn("a recipient could not leave", { messageId: link.messageId, error });
    return unavailable(speech);
  }
}

async function invite(
  deps: AnswerDeps,
  request: PageRequest,
  key: string,
  speech: Speech,
): Promise<HttpResponse> {
  try {
    const answering = invitation(deps, request, { key, speech });
    const answered = await unlessAborted(answering, AbortSignal.timeout(deps.patience.leaveMs));
    return answered ?? page(404, { speech, saying: speech.words.notFound });
  } catch (error) {
    deps.warn("an invited one could not be answered", { error });
    return unavailable(speech);
  }
}

function unavailable(speech: Speech): HttpResponse {
  const retryAfter = { "retry-after": String(retryAfterSeconds) };
  return page(503, { speech, saying: speech.words.unavailable }, retryAfter);
}

function visitOf({ clock }: AnswerDeps, { headers, requestContext }: PageRequest): Visit {
  const { requestId, http } = requestContext;
  return { requestId, ip: http.sourceIp, userAgent: headers["user-agent"], at: clock.now() };
}

function notFound(speech: Speech, method: string): HttpResponse {
  return withoutBody(method, page(404, { speech, saying: speech.words.notFound }));
}

function withoutBody(method: string, response: HttpResponse): HttpResponse {
  return method === "HEAD" ? { ...response, body: "" } : response;
}
