import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/** An S3 client; alone in its file, so that who needs it rarely can load it when it does. */
export function bucketClient(options: Pick<S3ClientConfig, "requestChecksumCalculation"> = {}): S3Client {
  return new S3Client({
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
    ...options,
  });
}
