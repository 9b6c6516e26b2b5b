import {
  acceptInvitation,
  findInvitation,
  type InvitationDeps,
} from "../../shared/accounts/accept-invitation.ts";
import { type InvitationLink, readInvitation, shownName } from "../../shared/accounts/invitation.ts";
import { recipientPages } from "../../shared/contracts/recipient-pages.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import { bodyOf, type HttpEvent, type HttpResponse } from "../../shared/platform/http.ts";
import { page } from "./page.ts";
import type { Speech } from "./words/languages.ts";

export type InvitationRequest = Pick<HttpEvent, "rawPath" | "requestContext"> &
  Partial<Pick<HttpEvent, "body" | "isBase64Encoded">>;

/**
 * Answers an invited one. Reading the page changes nothing, because programs that look through mail read it too;
 * its button accepts, and asks for the name that the account's other users are to see.
 *
 * @returns undefined for an address that is none of ours
 */
export async function invitation(
  deps: InvitationDeps,
  request: InvitationRequest,
  { key, speech }: { readonly key: string; readonly speech: Speech },
): Promise<HttpResponse | undefined> {
  const link = readInvitation(
    request.rawPath.slice(recipientPages.invitation.path.length),
    key,
    deps.clock.now(),
  );
  if (link === undefined) return undefined;
  if (link.isOver) return over(speech);
  const name = request.requestContext.http.method === "POST" ? nameIn(request) : undefined;
  const token = name ? await accept(deps, link, name) : undefined;
  return await shown(deps, link, speech, { asking: name === undefined ? 200 : 422, token });
}

/**
 * What became of one that was accepted, taken back or replaced a moment ago, is for who looks next to say.
 *
 * @returns the new user's token, which whoever accepts sees once
 */
async function accept(deps: InvitationDeps, link: InvitationLink, name: string): Promise<string | undefined> {
  if ((await findInvitation(deps, link))?.accepted !== false) return undefined;
  try {
    return await acceptInvitation(deps, link, name);
  } catch (error) {
    if (!(error instanceof PosternError && error.code === "not_found")) throw error;
    return undefined;
  }
}

/** @param is.asking the status of the question, while it waits for its answer */
async function shown(
  deps: InvitationDeps,
  link: InvitationLink,
  speech: Speech,
  { asking, token }: { readonly asking: number; readonly token: string | undefined },
): Promise<HttpResponse> {
  const invited = await findInvitation(deps, link);
  if (invited === undefined) return over(speech);
  const { words } = speech;
  const values = { account: shownName(invited.account.name), email: invited.access.email };
  if (invited.accepted) return page(200, { speech, saying: words.invitationAccepted, values, secret: token });
  return page(asking, { speech, saying: words.invitation, values });
}

function over(speech: Speech): HttpResponse {
  return page(410, { speech, saying: speech.words.invitationOver });
}

/** The field of the page's form; empty for whatever else was sent. */
function nameIn({ body, isBase64Encoded = false }: InvitationRequest): string {
  const form = bodyOf({ body, isBase64Encoded }).toString();
  return shownName(new URLSearchParams(form).get("name") ?? "");
}
