import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

interface ExpiryRule {
  readonly bucket: string;
  readonly prefix: string;
  readonly days: number;
}

interface LifecycleRule {
  readonly Status: string;
  readonly ExpirationInDays?: number;
  readonly Prefix?: string;
}

const dayMs = 86_400_000;

/** Deletes the objects whose lifecycle rule is over by the local clock. */
export function bucketExpiry(deployment: Deployment, s3: S3Client): () => Promise<void> {
  const rules = deployment.resources("AWS::S3::Bucket").flatMap(expiryRules);
  return async () => {
    for (const rule of rules) await expireObjects(rule, s3);
  };
}

function expiryRules({ ref, properties }: DeployedResource): ExpiryRule[] {
  const { Rules = [] } = Object(properties["LifecycleConfiguration"]) as { Rules?: LifecycleRule[] };
  return Rules.filter(({ Status }) => Status === "Enabled").flatMap(
    ({ ExpirationInDays: days, Prefix: prefix = "" }) =>
      days === undefined ? [] : [{ bucket: ref, prefix, days }],
  );
}

async function expireObjects({ bucket, prefix, days }: ExpiryRule, s3: S3Client): Promise<void> {
  const oldest = Date.now() - days * dayMs;
  for await (const { Contents: objects = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: prefix },
  )) {
    const expired = objects
      .filter(({ LastModified }) => LastModified !== undefined && LastModified.getTime() < oldest)
      .map(({ Key }) => ({ Key }));
    if (expired.length > 0) {
      await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: expired, Quiet: true } }));
    }
  }
}
