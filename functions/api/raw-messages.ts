import type { CopyReaderClient } from "../../shared/messages/copy-reader-client.ts";
import type { MessageRow } from "../../shared/messages/message.ts";
import type { MessageStore } from "../../shared/messages/message-store.ts";
import { copyPlace } from "../../shared/messages/sent-copy.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { HttpResponse } from "../../shared/platform/http.ts";
import { readCopyLink, signCopyLink } from "../../shared/tracking/copy-link.ts";
import type { LinkKeyClient } from "../../shared/tracking/link-key-client.ts";
import { accountErrorResponse } from "./door/errors.ts";
import type { OpenRoute } from "./openapi/open-route.ts";

export interface RawMessageDeps {
  readonly messages: Pick<MessageStore, "get">;
  readonly copies: CopyReaderClient;
  readonly linkKeys: LinkKeyClient;
  readonly clock: Clock;
  /** Base URL of this API, without a trailing slash. */
  readonly apiUrl: string;
  /** Learns of what the customer is told as "there is none". */
  readonly warn: (text: string, ids: { readonly messageId: string; readonly error: unknown }) => void;
}

/** How long a link leads to the message. */
export const linkMs = 15 * 60_000;

const path = "/api/raw_messages/";

/**
 * A link to the message as it was sent, for whoever has it, for a while.
 *
 * @returns undefined where no copy is there
 */
export async function rawMessageUrl(deps: RawMessageDeps, row: MessageRow): Promise<string | undefined> {
  const { accountId, messageId, copy = "" } = row;
  const place = copyPlace(copy);
  if (place === undefined) return undefined;
  try {
    if (!(await deps.copies.exists(accountId, place))) return undefined;
    const until = deps.clock.now() + linkMs;
    const token = signCopyLink({ accountId, messageId, until }, await deps.linkKeys.key());
    return deps.apiUrl + path + token;
  } catch (error) {
    deps.warn("a copy could not be looked for", { messageId, error });
    return undefined;
  }
}

/** Where such links lead: the link is all that is shown. */
export function rawMessageRoute(deps: RawMessageDeps): OpenRoute {
  return {
    path: `${path}{token}`,
    summary: "A message as it was sent to its recipient",
    description: "From the log's `raw_message_url`, for 15 minutes.",
    responses: {
      200: {
        description: "The message (RFC 5322)",
        content: { "message/rfc822": { schema: { type: "string", format: "binary" } } },
      },
      302: { description: "On to a large message, for a while" },
      404: { description: "The link is over or was changed, or the message is kept no more" },
    },
    answer: async (token) => {
      const link = readCopyLink(token, await deps.linkKeys.key(), deps.clock.now());
      const row = link && (await deps.messages.get(link));
      return (row && (await copyOf(deps, row))) ?? accountErrorResponse(new PosternError("not_found"));
    },
  };
}

async function copyOf(
  { copies }: RawMessageDeps,
  { accountId, messageId, copy = "" }: MessageRow,
): Promise<HttpResponse | undefined> {
  const place = copyPlace(copy);
  if (place === undefined) return undefined;
  const fileName = `${messageId}.eml`;
  if (place.range === undefined) {
    const location = await copies.downloadUrl(accountId, place, fileName);
    return { statusCode: 302, headers: { ...safe, location }, body: "" };
  }
  const message = await copies.read(accountId, place, place.range);
  return (
    message && {
      statusCode: 200,
      headers: {
        ...safe,
        "content-type": "message/rfc822",
        "content-disposition": `attachment; filename="${fileName}"`,
      },
      body: message.toString("base64"),
      isBase64Encoded: true,
    }
  );
}

/** Nothing keeps it, and no browser takes it for a page of this host. */
const safe = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; sandbox",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
