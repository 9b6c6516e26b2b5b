import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Deployment } from "../template/deployment.ts";

/** Makes the template's buckets, where they are not there from an earlier start. */
export async function createBuckets(deployment: Deployment, s3: S3Client): Promise<void> {
  await Promise.all(
    deployment.resources("AWS::S3::Bucket").map(async ({ ref }) => {
      try {
        await s3.send(new CreateBucketCommand({ Bucket: ref }));
      } catch (error) {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      }
    }),
  );
}
