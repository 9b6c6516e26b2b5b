import { AttributeType, ProjectionType } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { copyDays, copyFolder } from "../../shared/contracts/sent-copies.ts";
import { ServiceBucket } from "../defaults/service-bucket.ts";
import { ServiceTable, type TableIndex } from "../defaults/service-table.ts";

/** Held mail without what it says, so that counting it costs little. */
const heldIndex: TableIndex = {
  name: "byHeld",
  partitionKey: { name: "pk", type: AttributeType.STRING },
  sortKey: { name: "heldName", type: AttributeType.STRING },
  projection: ProjectionType.INCLUDE,
  attributes: ["domainName", "stream", "messages"],
};

/** What Postern remembers: its tables, a bucket for content too large for a queue, and one for the log. */
export class Storage extends Construct {
  readonly accounts: ServiceTable;
  readonly quota: ServiceTable;
  readonly counters: ServiceTable;
  readonly idempotency: ServiceTable;
  readonly messages: ServiceTable;
  readonly stats: ServiceTable;
  readonly suppressions: ServiceTable;
  readonly webhooks: ServiceTable;
  readonly notices: ServiceTable;
  /** Content on its way, longer than the last retry can take, never longer than a month. */
  readonly payloads: ServiceBucket;
  /** Packed logs, and copies of what was sent. */
  readonly log: ServiceBucket;

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
      indexes: [heldIndex],
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
    this.notices = new ServiceTable(this, "NoticesTable", {
      tableName: environmentNames.noticesTable,
      expiry: "expiresAt",
      indexes: [
        {
          name: "byTime",
          partitionKey: { name: "inList", type: AttributeType.STRING },
          sortKey: { name: "listedAt", type: AttributeType.STRING },
          projection: ProjectionType.ALL,
        },
        {
          name: "byEmailTime",
          partitionKey: { name: "emailState", type: AttributeType.STRING },
          sortKey: { name: "emailAt", type: AttributeType.NUMBER },
          projection: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    this.payloads = new ServiceBucket(this, "PayloadsBucket", {
      bucketName: environmentNames.payloadsBucket,
      keptDays: 30,
    });
    // A day longer than what names the objects, and that longer than any plan lets read.
    this.log = new ServiceBucket(this, "LogBucket", {
      bucketName: environmentNames.logBucket,
      keptDays: 36,
      folders: copyDays.map((days) => ({ prefix: copyFolder(days), keptDays: days })),
    });
  }
}
