import { randomUUID } from "node:crypto";
import type { DeliveryJob, EmailContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { compose } from "../mail/compose.ts";
import { complaintAddress, feedbackId } from "../mail/feedback-headers.ts";
import type { Letter } from "../mail/letter.ts";
import { asksForUnsubscribeLink, listUnsubscribeHeaders, withUnsubscribeLink } from "../mail/unsubscribe.ts";
import type { ComposeDeps, Composed, Composer } from "./composing.ts";
import { attachmentsOf } from "./stored-attachments.ts";
import { linkFor } from "./unsubscribe-link.ts";

/**
 * How an email that fits into memory is written for each recipient. Where nothing but the message's id
 * differs between them, it is composed once, under an id that stands in for each.
 */
export function fieldsComposer(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: EmailContent,
  domain: SendingDomain,
  bytes: number,
): Composer {
  const close = async () => undefined;
  const composed = (mime: Buffer, messageId: string): Composed => ({
    mime,
    rfcMessageId: `<${messageId}@${domain.name}>`,
  });
  if (job.stream === "bulk" || domain.unsubscribeLink || asksForUnsubscribeLink(content)) {
    return {
      bytes,
      close,
      async compose(recipient) {
        const letter = withLink(plainLetter(deps, job, content, recipient.messageId), {
          ...(await linkFor(deps, job, recipient)),
          footer: job.stream === "bulk" || domain.unsubscribeLink,
          mailHost: deps.mailHost,
        });
        return composed(await compose(letter), recipient.messageId);
      },
    };
  }
  const standIn = randomUUID();
  let shared: Promise<Buffer> | undefined;
  return {
    bytes,
    close,
    async compose({ messageId }) {
      shared ??= compose(plainLetter(deps, job, content, standIn));
      return composed(withId(await shared, standIn, messageId), messageId);
    },
  };
}

/** The letter as it is before a recipient's own link comes into it. */
export function plainLetter(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: EmailContent,
  messageId: string,
): Letter {
  return {
    ...content,
    attachments: attachmentsOf(deps.contents, content),
    messageId: `<${messageId}@${job.domainName}>`,
    date: job.acceptedAt,
    serviceHeaders: {
      "Feedback-ID": feedbackId(job),
      "CFBL-Address": complaintAddress(messageId, deps.mailHost),
      ...(job.stream === "bulk" && { Precedence: "bulk" }),
    },
  };
}

/** A customer who names another place to unsubscribe has the last word on the header fields. */
function withLink(
  letter: Letter,
  { url, token, footer, mailHost }: { url: string; token: string; footer: boolean; mailHost: string },
): Letter {
  const hasOwn = Object.keys(letter.headers).some((name) => name.toLowerCase() === "list-unsubscribe");
  const fields = hasOwn ? {} : listUnsubscribeHeaders(url, token, mailHost);
  return {
    ...letter,
    ...withUnsubscribeLink(letter, url, { footer }),
    serviceHeaders: { ...letter.serviceHeaders, ...fields },
  };
}

/** Puts a message's id in the place of the stand-in, wherever the header names it. */
function withId(mime: Buffer, standIn: string, messageId: string): Buffer {
  const headerEnd = mime.indexOf("\r\n\r\n");
  const header = mime.subarray(0, headerEnd).toString("latin1").replaceAll(standIn, messageId);
  return Buffer.concat([Buffer.from(header, "latin1"), mime.subarray(headerEnd)]);
}
