import { Readable } from "node:stream";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

export type SentCopyClient = ReturnType<typeof sentCopyClient>;

/**
 * Puts copies of what was sent into the log bucket.
 *
 * @param s3 one that makes no checksums unasked: it would send a stream in a form of its own
 */
export function sentCopyClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  return {
    /** @throws what S3 answers, once it has been asked a few times, or the signal's reason */
    async put(key: string, body: Uint8Array, abortSignal: AbortSignal): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }), { abortSignal });
    },

    /** Puts a message as it comes; it is asked for once. @throws what S3 answers, the source or the signal */
    async putStream(
      key: string,
      { chunks, bytes }: { chunks: AsyncIterable<Uint8Array>; bytes: number },
      abortSignal: AbortSignal,
    ): Promise<void> {
      const body = Readable.from(chunks, { objectMode: false });
      const put = { Bucket: bucket, Key: key, ContentType: "message/rfc822" };
      try {
        await s3.send(new PutObjectCommand({ ...put, Body: body, ContentLength: bytes }), { abortSignal });
      } finally {
        body.destroy();
      }
    },
  };
}
