import { type CfnResource, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { EnvironmentName } from "../../shared/contracts/environment-names.ts";
import type { Worker } from "./worker.ts";

export interface ServiceBucketProps {
  /** Under which name functions are told the bucket's name. */
  readonly bucketName: EnvironmentName;
  /** Objects go by themselves after so many days. */
  readonly keptDays: number;
  /** Folders whose objects go sooner. */
  readonly folders?: readonly { readonly prefix: string; readonly keptDays: number }[];
}

/** A bucket of Postern: private, encrypted, TLS only, and it empties itself. */
export class ServiceBucket extends Bucket {
  private readonly nameForFunctions: EnvironmentName;

  constructor(scope: Construct, id: string, { bucketName, keptDays, folders = [] }: ServiceBucketProps) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { expiration: Duration.days(keptDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ...folders.map((folder) => ({ prefix: folder.prefix, expiration: Duration.days(folder.keptDays) })),
      ],
    });
    this.nameForFunctions = bucketName;
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
    Validations.of(this).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Only the functions' roles reach this bucket and its objects live a month; who needs a record of each read turns on CloudTrail data events.",
    });
  }

  /** @param folder with a slash at its end; everywhere unless given */
  allowPut(worker: Worker, folder = ""): void {
    this.allowOnObjects(worker, "s3:PutObject", folder);
  }

  /** Large content comes in parts; what breaks off is taken back. */
  allowUpload(worker: Worker): void {
    this.allowPut(worker);
    this.allowOnObjects(worker, "s3:AbortMultipartUpload");
  }

  allowGet(worker: Worker): void {
    this.allowOnObjects(worker, "s3:GetObject");
  }

  allowDelete(worker: Worker): void {
    this.allowOnObjects(worker, "s3:DeleteObject");
  }

  private allowOnObjects(worker: Worker, action: string, folder = ""): void {
    worker.allow([action], [this.arnForObjects(`${folder}*`)]);
    worker.tell(this.nameForFunctions, this.bucketName);
    worker.acknowledgeWildcard(`<${this.node.id}.Arn>/${folder}*`, "Object keys are made at run time.");
  }
}
