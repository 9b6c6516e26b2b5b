import type { EmailContent } from "../contracts/delivery-job.ts";
import type { LetterAttachment } from "../mail/letter.ts";
import type { ContentClient } from "./content-client.ts";

/** An email's attachments; those that are stored are read when their turn to be written comes. */
export function attachmentsOf(
  contents: Pick<ContentClient, "read">,
  { attachments }: EmailContent,
): LetterAttachment[] {
  return attachments.map((file) => {
    if ("content" in file) return file;
    const { stored, bytes, ...fields } = file;
    return { ...fields, content: () => contents.read(stored, bytes) };
  });
}
