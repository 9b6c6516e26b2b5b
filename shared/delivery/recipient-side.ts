import type { MessageEvent } from "../contracts/message-event.ts";
import type { MailServerClient } from "./mail-server-client.ts";
import { mailboxProviderOf } from "./mailbox-provider.ts";

/** A recipient's mail server, and the mailbox provider behind it. */
export interface RecipientSide {
  readonly recipientMx?: string | undefined;
  readonly esp?: string | undefined;
}

type MailServers = Pick<MailServerClient, "of">;

/** What is known of a domain's mailboxes, from its DNS, or from the server that was met. */
export async function recipientSideOf(
  mailServers: MailServers,
  domain: string,
  met?: string,
): Promise<RecipientSide> {
  const recipientMx = met ?? (await mailServers.of(domain));
  return recipientMx === undefined ? {} : { recipientMx, esp: mailboxProviderOf(domain, recipientMx) };
}

/** Adds the recipient's side to an event in which it had its part and of which it is not told. */
export async function withRecipientSide(
  mailServers: MailServers,
  event: MessageEvent,
  domain: string,
): Promise<MessageEvent> {
  switch (event.kind) {
    case "delivery":
    case "soft_bounce":
    case "bounce":
      return event.recipientMx === undefined
        ? { ...event, ...(await recipientSideOf(mailServers, domain)) }
        : event;
    default:
      return event;
  }
}
