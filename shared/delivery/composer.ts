import type { DeliveryJob, EmailContent, JobRecipient, RawContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { inMemoryBytes, type Mime } from "../mail/mime.ts";
import { fieldsComposer } from "./compose-for.ts";
import { largeComposer } from "./compose-large.ts";
import { rawComposer } from "./compose-raw.ts";
import type { ContentClient } from "./content-client.ts";
import type { LinkDeps } from "./unsubscribe-link.ts";

export interface ComposeDeps extends LinkDeps {
  readonly contents: Pick<ContentClient, "read" | "rawMessage">;
}

export interface Composed {
  readonly mime: Mime;
  readonly rfcMessageId: string;
}

/** Writes one job's email for each of its recipients. */
export interface Composer {
  /** How large the email is. */
  readonly bytes: number;
  compose(recipient: JobRecipient): Promise<Composed>;
  /** Lets go of what was kept for the next recipient; nothing that was composed can be sent after it. */
  close(): Promise<void>;
}

export type Content = EmailContent | RawContent;

export function composerFor(
  deps: ComposeDeps,
  job: DeliveryJob,
  content: Content,
  domain: SendingDomain,
): Composer {
  if ("raw" in content) return rawComposer(deps, job, content, domain);
  const bytes = bytesOf(content);
  const mayStay = bytes <= inMemoryBytes && content.attachments.every((file) => "content" in file);
  return mayStay
    ? fieldsComposer(deps, job, content, domain, bytes)
    : largeComposer(deps, job, content, domain, bytes);
}

function bytesOf({ text = "", html = "", attachments }: EmailContent): number {
  return attachments.reduce(
    (sum, file) => sum + ("content" in file ? file.content.length : file.bytes),
    text.length + html.length,
  );
}
