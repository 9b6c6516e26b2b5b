import { type SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { Stream } from "../contracts/streams.ts";
import type { Dispatch, Outcome, OutgoingRoute } from "./outcome.ts";
import { outcomeOfSesError } from "./ses-errors.ts";

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

async function send({ ses, configurationSet, stream }: SesRouteDeps, dispatch: Dispatch): Promise<Outcome> {
  const { MessageId } = await ses.send(
    new SendEmailCommand({
      FromEmailAddress: dispatch.from,
      // The envelope: what stands in the message's own To and Cc goes to others.
      Destination: { ToAddresses: [dispatch.recipient] },
      Content: { Raw: { Data: dispatch.mime } },
      ConfigurationSetName: configurationSet,
      // By these the notifications are found again.
      EmailTags: [
        { Name: "account-id", Value: String(dispatch.accountId) },
        { Name: "message-id", Value: dispatch.messageId },
        { Name: "stream", Value: stream },
      ],
    }),
  );
  if (MessageId === undefined) return { kind: "unknown", reason: "SES answered without an id" };
  const region = await ses.config.region();
  return {
    kind: "accepted",
    status: "enqueued",
    providerMessageId: MessageId,
    rfcMessageId: messageIdAtSes(MessageId, region),
  };
}

/** The Message-ID that SES gives a message (Amazon SES developer guide, header fields). */
function messageIdAtSes(id: string, region: string): string {
  return region === "us-east-1" ? `<${id}@email.amazonses.com>` : `<${id}@${region}.amazonses.com>`;
}
