import { type CfnResource, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { AttributeType, ProjectionType } from "aws-cdk-lib/aws-dynamodb";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { ServiceTable } from "../defaults/service-table.ts";
import type { Worker } from "../defaults/worker.ts";

/** What Postern remembers: its tables, and a bucket for content too large for a queue. */
export class Storage extends Construct {
  readonly accounts: ServiceTable;
  readonly quota: ServiceTable;
  readonly counters: ServiceTable;
  readonly idempotency: ServiceTable;
  readonly messages: ServiceTable;
  readonly stats: ServiceTable;
  readonly suppressions: ServiceTable;
  readonly webhooks: ServiceTable;
  readonly payloads: Payloads;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.accounts = new ServiceTable(this, "AccountsTable", {
      tableName: environmentNames.accountsTable,
      indexes: [
        {
          name: "byTokenHash",
          partitionKey: { name: "tokenHash", type: AttributeType.STRING },
          projection: ProjectionType.ALL,
        },
        {
          name: "byCheckTime",
          partitionKey: { name: "checkState", type: AttributeType.STRING },
          sortKey: { name: "checkAt", type: AttributeType.NUMBER },
          projection: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    this.quota = new ServiceTable(this, "QuotaTable", {
      tableName: environmentNames.quotaTable,
      indexes: [
        {
          name: "byPeriodEnd",
          partitionKey: { name: "periodState", type: AttributeType.STRING },
          sortKey: { name: "periodEnd", type: AttributeType.NUMBER },
          projection: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    this.counters = new ServiceTable(this, "CountersTable", {
      tableName: environmentNames.countersTable,
      expiry: "expiresAt",
    });
    this.idempotency = new ServiceTable(this, "IdempotencyTable", {
      tableName: environmentNames.idempotencyTable,
      expiry: "expiresAt",
    });
    this.messages = new ServiceTable(this, "MessagesTable", {
      tableName: environmentNames.messagesTable,
      expiry: "expiresAt",
    });
    this.suppressions = new ServiceTable(this, "SuppressionsTable", {
      tableName: environmentNames.suppressionsTable,
      expiry: "expiresAt",
    });
    this.stats = new ServiceTable(this, "StatsTable", { tableName: environmentNames.statsTable });
    this.webhooks = new ServiceTable(this, "WebhooksTable", {
      tableName: environmentNames.webhooksTable,
      expiry: "expiresAt",
    });
    this.payloads = new Payloads(this, "PayloadsBucket");
  }
}

/** Content on its way, longer than the last retry can take, never longer than a month. */
export class Payloads extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
    Validations.of(this).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Only the functions' roles reach this bucket and its objects live a month; who needs a record of each read turns on CloudTrail data events.",
    });
  }

  allowPut(worker: Worker): void {
    this.allowOnObjects(worker, "s3:PutObject");
  }

  /** Large content comes in parts; what breaks off is taken back. */
  allowUpload(worker: Worker): void {
    this.allowPut(worker);
    this.allowOnObjects(worker, "s3:AbortMultipartUpload");
  }

  allowGet(worker: Worker): void {
    this.allowOnObjects(worker, "s3:GetObject");
  }

  private allowOnObjects(worker: Worker, action: string): void {
    worker.allow([action], [this.arnForObjects("*")]);
    worker.tell(environmentNames.payloadsBucket, this.bucketName);
    worker.acknowledgeWildcard("<PayloadsBucket.Arn>/*", "Object keys are made at run time.");
  }
}
