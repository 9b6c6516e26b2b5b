import { addAbortSignal, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { LRUCache } from "lru-cache";
import type * as z from "zod";
import {
  type EmailContent,
  emailContentSchema,
  type FieldsContent,
  type RawContent,
} from "../contracts/delivery-job.ts";
import { inMemoryBytes } from "../mail/mime.ts";
import { type TempFile, tempFileOf } from "../platform/temp-file.ts";
import { transferMs } from "./transfer-time.ts";

export type ContentClient = ReturnType<typeof contentClient>;

const partSchema = emailContentSchema.partial();
type Part = z.infer<typeof partSchema>;

/** The jobs of a batch share their large part: it is read once for those that run near one another. */
const keptBytes = 32 * 1024 * 1024;

/** An object that has not begun to come within this time will not. */
const readMs = 20_000;

/** The content of jobs, from the queue message itself and from the payload bucket. */
export function contentClient({ bucket, s3 }: { bucket: string; s3: S3Client }) {
  const parts = new LRUCache<string, { part: Part; bytes: number }>({
    maxSize: keptBytes,
    sizeCalculation: ({ bytes }) => bytes + 1,
    fetchMethod: (key) => readPart(s3, bucket, key),
  });
  return {
    /** @throws Error when a part is missing or malformed, or something essential is in none of them */
    async load({ content }: { readonly content: FieldsContent }): Promise<EmailContent> {
      const stored = await Promise.all(content.stored.map((key) => parts.fetch(key)));
      const merged = Object.assign({}, ...stored.map((read) => read?.part), content.inline);
      return emailContentSchema.parse(merged);
    },

    /** A raw message: a small one in memory, a large one in a file, which is the caller's to close. */
    async rawMessage({ raw, bytes }: RawContent): Promise<Buffer | TempFile> {
      if ("inline" in raw) return Buffer.from(raw.inline, "base64");
      const stored = readObject(s3, bucket, raw.stored, bytes);
      return bytes <= inMemoryBytes ? await buffer(stored) : await tempFileOf(stored);
    },

    /** A stored object, from when the first of it is asked for. */
    read: (key: string, bytes: number) => readObject(s3, bucket, key, bytes),
  };
}

async function* readObject(
  s3: S3Client,
  bucket: string,
  key: string,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  // The client's time-out ends with the answer's header.
  const patience = AbortSignal.timeout(readMs + transferMs(bytes));
  yield* addAbortSignal(patience, Body as Readable);
}

async function readPart(s3: S3Client, bucket: string, key: string): Promise<{ part: Part; bytes: number }> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await Body?.transformToString()) ?? "";
  return { part: partSchema.parse(JSON.parse(text)), bytes: text.length };
}
