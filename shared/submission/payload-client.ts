import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";

export type PayloadClient = ReturnType<typeof payloadClient>;

/**
 * Content that is too large for the queue, in the payload bucket, which forgets it after 30 days.
 *
 * @param connect makes the S3 client when the first such content comes: loading it takes a good part of
 * what loading everything else takes, and hardly any email needs it
 */
export function payloadClient({ connect, bucket }: { connect: () => Promise<S3Client>; bucket: string }) {
  let connected: Promise<S3Client> | undefined;
  return {
    /** Stores a JSON text; storing it again under the same key changes nothing. */
    async put(key: string, body: string): Promise<void> {
      connected ??= connect();
      const [s3, { PutObjectCommand }] = await Promise.all([connected, import("@aws-sdk/client-s3")]);
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/json" }),
      );
    },

    /**
     * Stores what a stream brings, part by part as it comes; its chunks are given away. When the stream
     * fails, so does this, and nothing stays in the bucket.
     */
    async upload(key: string, body: Readable): Promise<void> {
      connected ??= connect();
      const [s3, { uploadStream }] = await Promise.all([connected, import("./upload-client.ts")]);
      await uploadStream({ s3, place: { Bucket: bucket, Key: key } }, body);
    },
  };
}
