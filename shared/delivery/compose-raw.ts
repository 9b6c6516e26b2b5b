import type { DeliveryJob, JobRecipient, RawContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { complaintFields, feedbackId } from "../mail/feedback-headers.ts";
import { soleValue } from "../mail/header-block.ts";
import { openMessage, type RawMessage, rewritten, textOf, withFields } from "../mail/raw-message.ts";
import type { TextPart } from "../mail/text-parts.ts";
import { asksForUnsubscribeLink, listUnsubscribeHeaders } from "../mail/unsubscribe.ts";
import type { TempFile } from "../platform/temp-file.ts";
import type { Marks } from "../tracking/body.ts";
import { type MarkedBody, markedBody } from "../tracking/marked-body.ts";
import { clickBaseOf, type OwnLinks } from "../tracking/recipient-links.ts";
import type { Choice, ComposeDeps, Composer } from "./composing.ts";
import { copyHeaders } from "./copy-headers.ts";
import { marksFor } from "./marks.ts";
import { hostsOf, linksFor } from "./recipient-links.ts";

interface Opened {
  readonly stored: Buffer | TempFile;
  readonly message: RawMessage;
}

/** What becomes of a message for those who have chosen the same. */
interface Prepared {
  /** The texts that change. */
  readonly bodies: ReadonlyMap<TextPart, MarkedBody>;
  /** Whether its header offers to unsubscribe. */
  readonly isOffered: boolean;
}

/**
 * How a message that the customer wrote reaches each recipient: byte for byte, with fields before its own
 * where it lacks them, and with the recipient's own links in its texts where these are called for.
 */
export function rawComposer(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: RawContent,
  domain: SendingDomain,
): Composer {
  let opened: Promise<Opened> | undefined;
  const prepared = new Map<boolean, Promise<Prepared>>();
  const preparedFor = (message: RawMessage, choice: Choice) => {
    const clickBase = clickBaseOf(hostsOf(deps, domain));
    const result =
      prepared.get(choice.optedOut) ?? prepare(message, marksFor(job, domain, choice), clickBase);
    prepared.set(choice.optedOut, result);
    return result;
  };

  async function open(): Promise<Opened> {
    const stored = await deps.contents.rawMessage(content);
    return { stored, message: await openMessage(stored) };
  }
  return {
    bytes: content.bytes,
    async compose(recipient, choice = { optedOut: false }) {
      opened ??= open();
      const { message } = await opened;
      const own = soleValue(message.fields, "message-id");
      const rfcMessageId = own || `<${recipient.messageId}@${domain.name}>`;
      const ownHead = withFields(message.head, copyHeaders(job, recipient));
      const fields = serviceFields(deps, job, recipient, rfcMessageId);
      const head = withMissing({ ...message, head: ownHead }, fields);
      const links = await linksFor(deps, job, domain, recipient);
      const letter = { ...message, head };
      const { bodies, isOffered } = await preparedFor(message, choice);
      const texts = new Map([...bodies].map(([part, body]) => [part, body.fill(links)]));
      const offered = isOffered ? withUnsubscribeFields(letter, links, deps.mailHost) : letter;
      return { mime: await rewritten(offered, texts), rfcMessageId };
    },
    async close() {
      const stored = (await opened?.catch(() => undefined))?.stored;
      if (stored !== undefined && !Buffer.isBuffer(stored)) await stored.close();
    },
  };
}

/** Footers and the pixel belong into the message proper, links and placeholders into all that is shown. */
async function prepare(message: RawMessage, marks: Marks, clickBase: string): Promise<Prepared> {
  const bodies = new Map<TextPart, MarkedBody>();
  let asks = false;
  for (const part of message.texts) {
    const { kind, isMain, charset, encoding } = part;
    const text = await textOf(message, part);
    if (text === undefined) continue;
    asks ||= asksForUnsubscribeLink({ text });
    const isUnencoded = encoding !== "base64" && encoding !== "quoted-printable";
    const wanted = isMain ? marks : { ...nothing, clicks: marks.clicks };
    const body = await markedBody({ kind, text, charset, isUnencoded }, wanted, clickBase);
    if (!body.isFixed) bodies.set(part, body);
  }
  return { bodies, isOffered: marks.unsubscribeFooter || asks };
}

const nothing: Marks = { unsubscribeFooter: false, optOutFooter: false, opens: false, clicks: false };

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
    ...complaintFields({ accountId: job.accountId, messageId }, mailHost),
    ...(job.stream === "bulk" && { Precedence: "bulk" }),
  };
}

function withMissing({ head, fields }: RawMessage, wanted: Record<string, string>): Buffer {
  const present = new Set(fields.map(({ name }) => name));
  const missing = Object.entries(wanted).filter(([name]) => !present.has(name.toLowerCase()));
  return withFields(head, Object.fromEntries(missing));
}

/** A customer who names another place to unsubscribe has the last word on the header fields. */
function withUnsubscribeFields(
  message: RawMessage,
  { unsubscribe, unsubscribeToken }: OwnLinks,
  mailHost: string,
): RawMessage {
  if (message.fields.some(({ name }) => name === "list-unsubscribe")) return message;
  const fields = listUnsubscribeHeaders(unsubscribe, unsubscribeToken, mailHost);
  return { ...message, head: withMissing(message, fields) };
}
