import { randomUUID } from "node:crypto";
import type { DeliveryJob, EmailContent, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { complaintAddress, feedbackId } from "../mail/feedback-headers.ts";
import { isInMemory, type Mime } from "../mail/mime.ts";
import { asksForUnsubscribeLink, listUnsubscribeHeaders, withUnsubscribeLink } from "../mail/unsubscribe.ts";
import type { ComposeDeps, Composer } from "./composing.ts";
import { type LetterWriter, letterWriter, type PlainLetter } from "./letter-writer.ts";
import { linkFor } from "./unsubscribe-link.ts";

/**
 * How an email of fields is written for each recipient. Where nothing but the message's id differs between
 * them, it is composed once, under an id that stands in for each.
 */
export function fieldsComposer(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: EmailContent,
  domain: SendingDomain,
): Composer {
  const { attachments, ...texts } = content;
  const bytes = bytesOf(content);
  const { write, close } = letterWriter(deps.contents, attachments, bytes);
  const isPersonal = job.stream === "bulk" || domain.unsubscribeLink || asksForUnsubscribeLink(texts);
  const mimeFor = isPersonal
    ? personalMime(deps, job, texts, domain, write)
    : sharedMime(deps, job, texts, write);
  return {
    bytes,
    close,
    async compose(recipient) {
      return { mime: await mimeFor(recipient), rfcMessageId: `<${recipient.messageId}@${domain.name}>` };
    },
  };
}

type Texts = Omit<EmailContent, "attachments">;
type MimeFor = (recipient: JobRecipient) => Promise<Mime>;
type Write = LetterWriter["write"];

function personalMime(
  deps: ComposeDeps,
  job: DeliveryJob,
  texts: Texts,
  domain: SendingDomain,
  write: Write,
): MimeFor {
  const footer = job.stream === "bulk" || domain.unsubscribeLink;
  return async (recipient) => {
    const link = await linkFor(deps, job, recipient);
    const letter = plainLetter(deps, job, texts, recipient.messageId);
    return await write(withLink(letter, { ...link, footer, mailHost: deps.mailHost }));
  };
}

function sharedMime(deps: ComposeDeps, job: DeliveryJob, texts: Texts, write: Write): MimeFor {
  const standIn = randomUUID();
  let shared: Promise<Mime> | undefined;
  return async ({ messageId }) => {
    shared ??= write(plainLetter(deps, job, texts, standIn));
    return withId(await shared, standIn, messageId);
  };
}

function bytesOf({ text = "", html = "", attachments }: EmailContent): number {
  return attachments.reduce(
    (sum, file) => sum + ("content" in file ? file.content.length : file.bytes),
    text.length + html.length,
  );
}

function plainLetter(deps: ComposeDeps, job: DeliveryJob, texts: Texts, messageId: string): PlainLetter {
  return {
    ...texts,
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
  letter: PlainLetter,
  { url, token, footer, mailHost }: { url: string; token: string; footer: boolean; mailHost: string },
): PlainLetter {
  const hasOwn = Object.keys(letter.headers).some((name) => name.toLowerCase() === "list-unsubscribe");
  const fields = hasOwn ? {} : listUnsubscribeHeaders(url, token, mailHost);
  return {
    ...letter,
    ...withUnsubscribeLink(letter, url, { footer }),
    serviceHeaders: { ...letter.serviceHeaders, ...fields },
  };
}

/** Puts a message's id in the place of the stand-in, wherever the header names it. */
function withId(mime: Mime, standIn: string, messageId: string): Mime {
  const renamed = (head: Buffer) =>
    Buffer.from(head.toString("latin1").replaceAll(standIn, messageId), "latin1");
  if (!isInMemory(mime)) return { ...mime, head: renamed(mime.head) };
  const headerEnd = mime.indexOf("\r\n\r\n");
  return Buffer.concat([renamed(mime.subarray(0, headerEnd)), mime.subarray(headerEnd)]);
}
