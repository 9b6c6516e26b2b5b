import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

export type HeldJobClient = ReturnType<typeof heldJobClient>;

/** Jobs of held mail that are too large for an item, in the payload bucket, which forgets them after 30 days. */
export function heldJobClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  return {
    async put(key: string, text: string): Promise<void> {
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: "application/json" }),
      );
    },

    async get(key: string): Promise<string> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) throw new Error("a held job is empty");
      return await Body.transformToString();
    },
  };
}
