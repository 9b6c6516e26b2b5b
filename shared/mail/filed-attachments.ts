import { randomUUID } from "node:crypto";
import { type TempFile, tempFileOf } from "../platform/temp-file.ts";
import { base64Lines } from "./base64-lines.ts";
import type { Letter, LetterAttachment } from "./letter.ts";
import type { LargeMime, Piece } from "./mime.ts";

/** An attachment that is not to lie in memory: all but its bytes. */
export interface FiledAttachment extends Omit<LetterAttachment, "content"> {
  /** Begins to read the file's bytes. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Attachments as they stand in messages, written once for all of a letter's recipients. */
export interface FiledAttachments {
  /** What the letter is composed with: short texts in the place of the files. */
  readonly attachments: Letter["attachments"];
  /** Puts the files in their places in the composed letter. */
  filled(mime: Buffer): LargeMime;
  close(): Promise<void>;
}

/** @throws what a file's source throws; nothing stays behind then */
export async function fileAttachments(
  all: readonly (LetterAttachment | FiledAttachment)[],
): Promise<FiledAttachments> {
  const files: Filed[] = [];
  const attachments: LetterAttachment[] = [];
  const close = async () => {
    await Promise.all(files.map(({ file }) => file.close()));
  };
  try {
    for (const attachment of all) {
      if ("content" in attachment) {
        attachments.push(attachment);
        continue;
      }
      const { open, ...fields } = attachment;
      const standIn = Buffer.from(randomUUID()).toString("base64");
      files.push({ file: await tempFileOf(base64Lines(open())), standIn });
      attachments.push({ ...fields, content: standIn });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { attachments, filled: (mime) => filled(mime, files), close };
}

interface Filed {
  readonly file: TempFile;
  /** In base64, as it stands in the composed letter. */
  readonly standIn: string;
}

/** The composer keeps the order of attachments of one disposition only: each is looked for. */
function filled(mime: Buffer, files: readonly Filed[]): LargeMime {
  const bodyStart = mime.indexOf("\r\n\r\n") + 4;
  const places = files
    .map(({ file, standIn }) => ({ file, start: mime.indexOf(standIn), length: standIn.length }))
    .sort((a, b) => a.start - b.start);
  const body: Piece[] = [];
  let at = bodyStart;
  for (const { file, start, length } of places) {
    if (start < bodyStart) throw new Error("an attachment has no place in its letter");
    body.push(mime.subarray(at, start), { file, start: 0, end: file.bytes });
    at = start + length;
  }
  return { head: mime.subarray(0, bodyStart), body: [...body, mime.subarray(at)] };
}
