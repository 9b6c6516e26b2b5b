import { type SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { Stream } from "../contracts/streams.ts";
import { bytesOfMime, isInMemory, type LargeMime } from "../mail/mime.ts";
import type { Dispatch, Outcome, OutgoingRoute } from "./outcome.ts";
import { outcomeOfSesError } from "./ses-errors.ts";
import { newStandIn, streamMessage } from "./ses-stream-client.ts";
import { transferMs } from "./transfer-time.ts";

/** As for messages that need no time to travel. */
const requestMs = 10_000;

export interface SesRouteDeps {
  /** Must not repeat calls by itself. */
  readonly ses: SESv2Client;
  readonly configurationSet: string;
  readonly stream: Stream;
}

/** Amazon SES: takes the message as it is, but for Message-ID and Date, which it writes itself. */
export function sesRoute(deps: SesRouteDeps): OutgoingRoute {
  return {
    async send(dispatch) {
      try {
        return await send(deps, dispatch);
      } catch (error) {
        return outcomeOfSesError(error);
      }
    },
  };
}

async function send(deps: SesRouteDeps, dispatch: Dispatch): Promise<Outcome> {
  const { ses } = deps;
  const { MessageId } = isInMemory(dispatch.mime)
    ? await ses.send(commandFor(deps, dispatch, dispatch.mime))
    : await sendLarge(deps, dispatch, dispatch.mime);
  if (MessageId === undefined) return { kind: "unknown", reason: "SES answered without an id" };
  const region = await ses.config.region();
  return {
    kind: "accepted",
    providerMessageId: MessageId,
    rfcMessageId: messageIdAtSes(MessageId, region),
  };
}

function commandFor({ configurationSet, stream }: SesRouteDeps, dispatch: Dispatch, data: Uint8Array) {
  return new SendEmailCommand({
    FromEmailAddress: dispatch.from,
    // The envelope: what stands in the message's own To and Cc goes to others.
    Destination: { ToAddresses: [dispatch.recipient] },
    Content: { Raw: { Data: data } },
    ConfigurationSetName: configurationSet,
    // By these the notifications are found again.
    EmailTags: [
      { Name: "account-id", Value: String(dispatch.accountId) },
      { Name: "message-id", Value: dispatch.messageId },
      { Name: "stream", Value: stream },
    ],
  });
}

async function sendLarge(deps: SesRouteDeps, dispatch: Dispatch, mime: LargeMime) {
  const standIn = newStandIn();
  const command = commandFor(deps, dispatch, standIn.data);
  const { signal, release } = streamMessage(command, standIn, mime);
  const requestTimeout = requestMs + transferMs(bytesOfMime(mime));
  try {
    return await deps.ses.send(command, { requestTimeout, abortSignal: signal });
  } finally {
    release();
  }
}

/** The Message-ID that SES gives a message (Amazon SES developer guide, header fields). */
function messageIdAtSes(id: string, region: string): string {
  return region === "us-east-1" ? `<${id}@email.amazonses.com>` : `<${id}@${region}.amazonses.com>`;
}
