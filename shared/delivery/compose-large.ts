import { randomUUID } from "node:crypto";
import type { DeliveryJob, EmailContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { composeStream } from "../mail/compose.ts";
import { openMessage, type RawMessage } from "../mail/raw-message.ts";
import { asksForUnsubscribeLink } from "../mail/unsubscribe.ts";
import { type TempFile, tempFileOf } from "../platform/temp-file.ts";
import { plainLetter } from "./compose-for.ts";
import { withRecipientsLink } from "./compose-raw.ts";
import type { ComposeDeps, Composer } from "./composing.ts";

/**
 * How an email with much in it is written for each recipient: once into a file, under an id that stands in
 * for each, from which every recipient's message is then put together.
 */
export function largeComposer(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: EmailContent,
  domain: SendingDomain,
  bytes: number,
): Composer {
  const standIn = randomUUID();
  const isLinked = job.stream === "bulk" || domain.unsubscribeLink || asksForUnsubscribeLink(content);
  let written: Promise<{ file: TempFile; message: RawMessage }> | undefined;

  async function write() {
    const file = await tempFileOf(composeStream(plainLetter(deps, job, content, standIn)));
    return { file, message: await openMessage(file) };
  }
  return {
    bytes,
    async compose(recipient) {
      written ??= write();
      const { message } = await written;
      const head = Buffer.from(
        message.head.toString("latin1").replaceAll(standIn, recipient.messageId),
        "latin1",
      );
      return {
        mime: await withRecipientsLink(deps, { job, domain, recipient }, { ...message, head }, isLinked),
        rfcMessageId: `<${recipient.messageId}@${domain.name}>`,
      };
    },
    async close() {
      const done = await written?.catch(() => undefined);
      await done?.file.close();
    },
  };
}
