import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { LRUCache } from "lru-cache";
import type * as z from "zod";
import { type EmailContent, emailContentSchema, type FieldsContent } from "../contracts/delivery-job.ts";

export type ContentClient = ReturnType<typeof contentClient>;

const partSchema = emailContentSchema.partial();
type Part = z.infer<typeof partSchema>;

/** The jobs of a batch share their large part: it is read once for those that run near one another. */
const keptBytes = 64 * 1024 * 1024;

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
  };
}

async function readPart(s3: S3Client, bucket: string, key: string): Promise<{ part: Part; bytes: number }> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await Body?.transformToString()) ?? "";
  return { part: partSchema.parse(JSON.parse(text)), bytes: text.length };
}
