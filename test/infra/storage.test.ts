import { describe, expect, it } from "vitest";
import { ofType, refusesPlainText, synthesize } from "./synthesized.ts";

const resources = synthesize();

describe("every table", () => {
  const tables = ofType(resources, "AWS::DynamoDB::Table");

  it.each(tables)("%s can be restored, not deleted, and is paid by request", (_, table) => {
    expect(table.DeletionPolicy).toBe("Retain");
    expect(table.Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    });
  });

  it("has its indexes and its expiry", () => {
    const summary = tables.map(([id, { Properties }]) => [
      id,
      Properties.GlobalSecondaryIndexes?.map(
        (index: { IndexName: string; Projection: { ProjectionType: string } }) => [
          index.IndexName,
          index.Projection.ProjectionType,
        ],
      ),
      Properties.TimeToLiveSpecification?.AttributeName,
    ]);
    expect(summary).toEqual([
      [
        "AccountsTable",
        [
          ["byTokenHash", "ALL"],
          ["byCheckTime", "KEYS_ONLY"],
        ],
        undefined,
      ],
      ["QuotaTable", [["byPeriodEnd", "KEYS_ONLY"]], undefined],
      ["CountersTable", undefined, "expiresAt"],
      ["IdempotencyTable", undefined, "expiresAt"],
      ["MessagesTable", [["byHeld", "INCLUDE"]], "expiresAt"],
      ["SuppressionsTable", undefined, "expiresAt"],
      ["StatsTable", undefined, undefined],
      ["WebhooksTable", undefined, "expiresAt"],
      [
        "NoticesTable",
        [
          ["byTime", "ALL"],
          ["byEmailTime", "KEYS_ONLY"],
        ],
        "expiresAt",
      ],
    ]);
  });
});

describe("a bucket", () => {
  it.each([
    ["PayloadsBucket", 30, []],
    ["LogBucket", 36, [4, 6, 16, 31].map((sooner) => [`sent/${sooner}/`, sooner])],
  ])("%s is private, encrypted, TLS only, and empties itself after %i days", (id, days, folders) => {
    const bucket = resources[id]?.Properties;
    expect(bucket.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(bucket.BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
    expect(bucket.LifecycleConfiguration.Rules).toMatchObject([
      {
        ExpirationInDays: days,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        Status: "Enabled",
      },
      ...folders.map(([Prefix, ExpirationInDays]) => ({ Prefix, ExpirationInDays, Status: "Enabled" })),
    ]);
    expect(refusesPlainText(resources, "AWS::S3::BucketPolicy", "Bucket", id)).toBe(true);
  });
});

describe("every topic", () => {
  it.each(ofType(resources, "AWS::SNS::Topic"))("%s takes TLS only", (id) => {
    expect(refusesPlainText(resources, "AWS::SNS::TopicPolicy", "Topics", id)).toBe(true);
  });
});

describe("the DKIM key", () => {
  it("is rotated and outlives the stack", () => {
    expect(resources["DkimKey"]).toMatchObject({
      DeletionPolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    });
  });
});
