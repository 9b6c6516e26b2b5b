import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** A report quotes a message's header early; more of a mail than this nobody reads. */
const mostBytes = 1024 * 1024;

/** Mail that Amazon SES took in, in the payload bucket. */
export function incomingFileClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  return {
    /** The first MiB of a mail as it arrived, one character per byte. @throws Error where it is not there */
    async read(key: string): Promise<string> {
      const range = `bytes=0-${mostBytes - 1}`;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []).toString("latin1");
    },
  };
}
