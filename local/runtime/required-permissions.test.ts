import { describe, expect, it } from "vitest";
import { awsCallOf } from "./aws-call.ts";
import { requiredPermissions } from "./required-permissions.ts";

const account = "us-east-1:000000000000";
const table = `arn:aws:dynamodb:${account}:table/Orders`;
const queueUrl = "http://127.0.0.1:4566/000000000000/Deliver";
const queue = `arn:aws:sqs:${account}:Deliver`;

function needed(serviceId: string, command: string, input: object): string[] {
  return requiredPermissions(awsCallOf(serviceId, command, input)).map(
    ({ action, resource }) => `${action} ${resource ?? "-"}`,
  );
}

describe("the permissions that a call needs", () => {
  it("are the operation on the table, whichever client names it", () => {
    expect(needed("DynamoDB", "UpdateItemCommand", { TableName: "Orders" })).toEqual([
      `dynamodb:UpdateItem ${table}`,
    ]);
    expect(needed("DynamoDB", "UpdateCommand", { TableName: "Orders" })).toEqual([
      `dynamodb:UpdateItem ${table}`,
    ]);
    expect(needed("DynamoDB", "GetCommand", { TableName: table })).toEqual([`dynamodb:GetItem ${table}`]);
  });

  it("are on the index where one is queried", () => {
    expect(needed("DynamoDB", "QueryCommand", { TableName: "Orders", IndexName: "byName" })).toEqual([
      `dynamodb:Query ${table}/index/byName`,
    ]);
  });

  it("are the certificate's, too, where CloudFront is to obtain one", () => {
    const tenant = (id: string) => `arn:aws:cloudfront::000000000000:distribution-tenant/${id}`;
    expect(
      needed("CloudFront", "CreateDistributionTenantCommand", { ManagedCertificateRequest: {} }),
    ).toEqual([
      `cloudfront:CreateDistributionTenant ${tenant("*")}`,
      "acm:RequestCertificate arn:aws:acm:us-east-1:000000000000:certificate/*",
    ]);
    expect(needed("CloudFront", "UpdateDistributionTenantCommand", { Id: "dt_1" })).toEqual([
      `cloudfront:UpdateDistributionTenant ${tenant("dt_1")}`,
    ]);
  });

  it("are those of each item in a transaction, each once", () => {
    const TransactItems = [
      { Put: { TableName: "Orders" } },
      { Put: { TableName: "Orders" } },
      { ConditionCheck: { TableName: "Other" } },
      { Update: { TableName: "Orders" } },
    ];
    expect(needed("DynamoDB", "TransactWriteCommand", { TransactItems })).toEqual([
      `dynamodb:PutItem ${table}`,
      `dynamodb:ConditionCheckItem arn:aws:dynamodb:${account}:table/Other`,
      `dynamodb:UpdateItem ${table}`,
    ]);
  });

  it("are the batch action on every table of a batch", () => {
    expect(needed("DynamoDB", "BatchGetCommand", { RequestItems: { Orders: {}, Other: {} } })).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:BatchGetItem arn:aws:dynamodb:${account}:table/Other`,
    ]);
  });

  it("are the single action for a batch of messages", () => {
    expect(needed("SQS", "SendMessageBatchCommand", { QueueUrl: queueUrl })).toEqual([
      `sqs:SendMessage ${queue}`,
    ]);
    expect(needed("SQS", "ChangeMessageVisibilityCommand", { QueueUrl: queueUrl })).toEqual([
      `sqs:ChangeMessageVisibility ${queue}`,
    ]);
  });

  it("are s3:PutObject for every step of a multipart upload, and s3:GetObject for a look at the head", () => {
    for (const step of ["PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"]) {
      expect(needed("S3", `${step}Command`, { Bucket: "payloads", Key: "a/b" })).toEqual([
        "s3:PutObject arn:aws:s3:::payloads/a/b",
      ]);
    }
    expect(needed("S3", "HeadObjectCommand", { Bucket: "payloads", Key: "a" })).toEqual([
      "s3:GetObject arn:aws:s3:::payloads/a",
    ]);
    expect(needed("S3", "ListObjectsV2Command", { Bucket: "payloads" })).toEqual([
      "s3:ListBucket arn:aws:s3:::payloads",
    ]);
  });

  it("are of identity and configuration set for an email, and doubled for raw content", () => {
    const email = { FromEmailAddress: "Shop <hello@Shop.example>", ConfigurationSetName: "Bulk" };
    const identity = `arn:aws:ses:${account}:identity/shop.example`;
    const set = `arn:aws:ses:${account}:configuration-set/Bulk`;
    expect(needed("SESv2", "SendEmailCommand", { ...email, Content: { Simple: {} } })).toEqual([
      `ses:SendEmail ${identity}`,
      `ses:SendEmail ${set}`,
    ]);
    expect(needed("SESv2", "SendEmailCommand", { ...email, Content: { Raw: {} } })).toEqual([
      `ses:SendEmail ${identity}`,
      `ses:SendEmail ${set}`,
      `ses:SendRawEmail ${identity}`,
      `ses:SendRawEmail ${set}`,
    ]);
  });

  it("are on the key, and on any key where the ciphertext alone tells it", () => {
    expect(needed("KMS", "EncryptCommand", { KeyId: "1-2" })).toEqual([
      `kms:Encrypt arn:aws:kms:${account}:key/1-2`,
    ]);
    expect(needed("KMS", "DecryptCommand", {})).toEqual(["kms:Decrypt -"]);
  });
});

describe("a service that is not there locally", () => {
  it("is not called at all: the call would leave the machine", () => {
    expect(() => awsCallOf("CloudWatch", "PutMetricDataCommand", {})).toThrow(/leave the machine/);
  });
});
