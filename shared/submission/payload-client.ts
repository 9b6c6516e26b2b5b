import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

export type PayloadClient = ReturnType<typeof payloadClient>;

/** Content that is too large for the queue, in the payload bucket, which forgets it after 30 days. */
export function payloadClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  return {
    /** Stores a JSON text; storing it again under the same key changes nothing. */
    async put(key: string, body: string): Promise<void> {
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/json" }),
      );
    },
  };
}
