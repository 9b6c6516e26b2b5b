import type { EmailContent } from "../contracts/delivery-job.ts";
import { compose } from "../mail/compose.ts";
import { type FiledAttachment, fileAttachments } from "../mail/filed-attachments.ts";
import type { Letter, LetterAttachment } from "../mail/letter.ts";
import { inMemoryBytes, type Mime } from "../mail/mime.ts";
import type { ContentClient } from "./content-client.ts";

export type PlainLetter = Omit<Letter, "attachments">;

/** Writes letters with the same attachments as MIME. */
export interface LetterWriter {
  write(letter: PlainLetter): Promise<Mime>;
  /** Lets go of the attachments; what was written with them cannot be read after it. */
  close(): Promise<void>;
}

type Attachments = EmailContent["attachments"];

export function letterWriter(
  contents: Pick<ContentClient, "read">,
  attachments: Attachments,
  bytes: number,
): LetterWriter {
  const inline = attachments.filter((file) => "content" in file);
  return inline.length === attachments.length && bytes <= inMemoryBytes
    ? { write: (letter) => compose({ ...letter, attachments: inline }), close: async () => undefined }
    : fileWriter(attachments.map((file) => filed(contents, file)));
}

/** The attachments' files are written when the first letter is. */
function fileWriter(all: (LetterAttachment | FiledAttachment)[]): LetterWriter {
  let filing: ReturnType<typeof fileAttachments> | undefined;
  return {
    async write(letter) {
      filing ??= fileAttachments(all);
      const { attachments, filled } = await filing;
      return filled(await compose({ ...letter, attachments }));
    },
    async close() {
      await (await filing?.catch(() => undefined))?.close();
    },
  };
}

function filed(contents: Pick<ContentClient, "read">, file: Attachments[number]): FiledAttachment {
  if ("content" in file) {
    const { content, ...fields } = file;
    return { ...fields, open: () => decoded(content) };
  }
  const { stored, bytes, ...fields } = file;
  return { ...fields, open: () => contents.read(stored, bytes) };
}

async function* decoded(base64: string): AsyncGenerator<Buffer> {
  yield Buffer.from(base64, "base64");
}
