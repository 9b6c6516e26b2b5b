import type { DeliveryJob, EmailContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { inMemoryBytes } from "../mail/mime.ts";
import { fieldsComposer } from "./compose-for.ts";
import { largeComposer } from "./compose-large.ts";
import { rawComposer } from "./compose-raw.ts";
import type { ComposeDeps, Composer, Content } from "./composing.ts";

/** What writes an email for each of its recipients. */
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
