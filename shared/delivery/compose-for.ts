import { randomUUID } from "node:crypto";
import type { DeliveryJob, EmailContent, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { complaintFields, feedbackId } from "../mail/feedback-headers.ts";
import { isInMemory, type Mime } from "../mail/mime.ts";
import { asksForUnsubscribeLink, listUnsubscribeHeaders } from "../mail/unsubscribe.ts";
import { type MarkedBody, markedBody } from "../tracking/marked-body.ts";
import { clickBaseOf, type OwnLinks } from "../tracking/recipient-links.ts";
import type { Choice, ComposeDeps, Composer } from "./composing.ts";
import { copyHeaders, withCopyHeaders } from "./copy-headers.ts";
import { type LetterWriter, letterWriter, type PlainLetter } from "./letter-writer.ts";
import { marksFor } from "./marks.ts";
import { hostsOf, linksFor } from "./recipient-links.ts";

/**
 * How an email of fields is written for each recipient. Its bodies are read once; where nothing but the
 * message's id differs between recipients, it is composed once too, under an id that stands in for each; once
 * more for copies with header fields of their own.
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
  const writers = new Map<string, Promise<MimeFor>>();
  const writerFor = (recipient: JobRecipient, choice: Choice) => {
    const key = `${choice.optedOut}/${recipient.autoBcc ?? false}`;
    const headers = withCopyHeaders(texts.headers, copyHeaders(job, recipient));
    const email = { deps, job, texts: { ...texts, headers }, domain, write };
    const writer = writers.get(key) ?? mimeWriter(email, choice);
    writers.set(key, writer);
    return writer;
  };
  return {
    bytes,
    close,
    async compose(recipient, choice = { optedOut: false }) {
      const mimeFor = await writerFor(recipient, choice);
      return { mime: await mimeFor(recipient), rfcMessageId: `<${recipient.messageId}@${domain.name}>` };
    },
  };
}

type Texts = Omit<EmailContent, "attachments">;
type MimeFor = (recipient: JobRecipient) => Promise<Mime>;

interface Email {
  readonly deps: ComposeDeps;
  readonly job: DeliveryJob;
  readonly texts: Texts;
  readonly domain: SendingDomain;
  readonly write: LetterWriter["write"];
}

async function mimeWriter(email: Email, choice: Choice): Promise<MimeFor> {
  const { deps, job, texts, domain } = email;
  const marks = marksFor(job, domain, choice);
  const marked = async (kind: "plain" | "html", text: string | undefined) =>
    text ? await markedBody({ kind, text }, marks, clickBaseOf(hostsOf(deps, domain))) : undefined;
  const bodies = { text: await marked("plain", texts.text), html: await marked("html", texts.html) };
  const isOffered = marks.unsubscribeFooter || asksForUnsubscribeLink(texts);
  const isShared = !isOffered && [bodies.text, bodies.html].every((body) => body?.isFixed ?? true);
  return isShared ? sharedMime(email) : personalMime(email, bodies, isOffered);
}

function personalMime(
  { deps, job, texts, domain, write }: Email,
  { text, html }: { text: MarkedBody | undefined; html: MarkedBody | undefined },
  isOffered: boolean,
): MimeFor {
  return async (recipient) => {
    const links = await linksFor(deps, job, domain, recipient);
    const letter = plainLetter(deps, job, texts, recipient.messageId);
    const filled = { ...letter, text: text?.fill(links), html: html?.fill(links) };
    return await write(isOffered ? withHeaders(filled, links, deps.mailHost) : filled);
  };
}

function sharedMime({ deps, job, texts, write }: Email): MimeFor {
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
      ...complaintFields({ accountId: job.accountId, messageId }, deps.mailHost),
      ...(job.stream === "bulk" && { Precedence: "bulk" }),
    },
  };
}

/** A customer who names another place to unsubscribe has the last word on the header fields. */
function withHeaders(
  letter: PlainLetter,
  { unsubscribe, unsubscribeToken }: OwnLinks,
  mailHost: string,
): PlainLetter {
  const hasOwn = Object.keys(letter.headers).some((name) => name.toLowerCase() === "list-unsubscribe");
  const fields = hasOwn ? {} : listUnsubscribeHeaders(unsubscribe, unsubscribeToken, mailHost);
  return { ...letter, serviceHeaders: { ...letter.serviceHeaders, ...fields } };
}

/** Puts a message's id in the place of the stand-in, wherever the header names it. */
function withId(mime: Mime, standIn: string, messageId: string): Mime {
  const renamed = (head: Buffer) =>
    Buffer.from(head.toString("latin1").replaceAll(standIn, messageId), "latin1");
  if (!isInMemory(mime)) return { ...mime, head: renamed(mime.head) };
  const headerEnd = mime.indexOf("\r\n\r\n");
  return Buffer.concat([renamed(mime.subarray(0, headerEnd)), mime.subarray(headerEnd)]);
}
