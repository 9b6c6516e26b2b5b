import type { DeliveryJob, JobRecipient, RawContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { complaintAddress, feedbackId } from "../mail/feedback-headers.ts";
import { soleValue } from "../mail/header-block.ts";
import type { Mime } from "../mail/mime.ts";
import { openMessage, type RawMessage, rewritten, someText, withFields } from "../mail/raw-message.ts";
import { asksForUnsubscribeLink, linkedBody, listUnsubscribeHeaders } from "../mail/unsubscribe.ts";
import type { TempFile } from "../platform/temp-file.ts";
import type { ComposeDeps, Composer } from "./composing.ts";
import { linkFor } from "./unsubscribe-link.ts";

interface Opened {
  readonly stored: Buffer | TempFile;
  readonly message: RawMessage;
  readonly isLinked: boolean;
}

interface Addressed {
  readonly job: DeliveryJob;
  readonly domain: SendingDomain;
  readonly recipient: JobRecipient;
}

/**
 * How a message that the customer wrote reaches each recipient: byte for byte, with fields before its own
 * where it lacks them, and with the recipient's unsubscribe link in its texts where that is called for.
 */
export function rawComposer(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: RawContent,
  domain: SendingDomain,
): Composer {
  let opened: Promise<Opened> | undefined;

  async function open(): Promise<Opened> {
    const stored = await deps.contents.rawMessage(content);
    const message = await openMessage(stored);
    const isLinked =
      job.stream === "bulk" ||
      domain.unsubscribeLink ||
      (await someText(message, (text) => asksForUnsubscribeLink({ text })));
    return { stored, message, isLinked };
  }
  return {
    bytes: content.bytes,
    async compose(recipient) {
      opened ??= open();
      const { message, isLinked } = await opened;
      const own = soleValue(message.fields, "message-id");
      const rfcMessageId = own || `<${recipient.messageId}@${domain.name}>`;
      const head = withMissing(message, serviceFields(deps, job, recipient, rfcMessageId));
      return {
        mime: await withRecipientsLink(deps, { job, domain, recipient }, { ...message, head }, isLinked),
        rfcMessageId,
      };
    },
    async close() {
      const stored = (await opened?.catch(() => undefined))?.stored;
      if (stored !== undefined && !Buffer.isBuffer(stored)) await stored.close();
    },
  };
}

function serviceFields(
  { mailHost }: ComposeDeps,
  job: DeliveryJob,
  { messageId }: JobRecipient,
  rfcMessageId: string,
): Record<string, string> {
  return {
    "Message-ID": rfcMessageId,
    Date: new Date(job.acceptedAt).toUTCString().replace("GMT", "+0000"),
    "Feedback-ID": feedbackId(job),
    "CFBL-Address": complaintAddress(messageId, mailHost),
    ...(job.stream === "bulk" && { Precedence: "bulk" }),
  };
}

function withMissing({ head, fields }: RawMessage, wanted: Record<string, string>): Buffer {
  const present = new Set(fields.map(({ name }) => name));
  const missing = Object.entries(wanted).filter(([name]) => !present.has(name.toLowerCase()));
  return withFields(head, Object.fromEntries(missing));
}

/** The message with the recipient's own unsubscribe link, in the header and in its texts. */
export async function withRecipientsLink(
  deps: ComposeDeps,
  { job, domain, recipient }: Addressed,
  message: RawMessage,
  isLinked: boolean,
): Promise<Mime> {
  if (!isLinked) return await rewritten(message, undefined);
  const { url, token } = await linkFor(deps, job, recipient);
  const footer = job.stream === "bulk" || domain.unsubscribeLink;
  // A customer who names another place to unsubscribe has the last word on the header fields.
  const hasOwn = message.fields.some(({ name }) => name === "list-unsubscribe");
  const head = hasOwn
    ? message.head
    : withMissing(message, listUnsubscribeHeaders(url, token, deps.mailHost));
  return await rewritten({ ...message, head }, (text, { kind, isMain }) =>
    linkedBody(kind, text, url, { footer: footer && isMain }),
  );
}
