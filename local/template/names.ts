import { createHash } from "node:crypto";
import { arn, localAccount, localStack } from "./account.ts";
import type { Template } from "./template.ts";

/** What Ref and GetAtt give for a resource. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Addresses that are known only once the local services listen. */
export interface LocalAddresses {
  /** Base URL of the queue service. */
  readonly queues: string;
  /** Base URL of an HTTP API, without a trailing slash. */
  httpApi(logicalId: string): string;
}

interface Named {
  readonly logicalId: string;
  /** The name that the template gives, otherwise one made from the logical id. */
  readonly name: string;
  readonly addresses: LocalAddresses;
}

interface Kind {
  readonly nameProperty?: string;
  identity(resource: Named): Identity;
}

/**
 * The physical identity of a resource. Names are made from logical ids alone, so that a second start on
 * the same state finds what the first one made.
 */
export function identityOf(template: Template, logicalId: string, addresses: LocalAddresses): Identity {
  const resource = template.Resources[logicalId];
  if (!resource) throw new Error(`the template has no resource ${logicalId}`);
  const kind = kinds[resource.Type];
  if (!kind) throw new Error(`the local cloud cannot name a ${resource.Type} (${logicalId})`);
  const given = kind.nameProperty ? resource.Properties?.[kind.nameProperty] : undefined;
  const name = typeof given === "string" ? given : `${localStack}-${logicalId}`;
  return kind.identity({ logicalId, name, addresses });
}

export function hasIdentity(template: Template, logicalId: string): boolean {
  return template.Resources[logicalId]?.Type !== undefined && template.Resources[logicalId].Type in kinds;
}

const kinds: Record<string, Kind> = {
  "AWS::DynamoDB::Table": named("TableName", ({ name }) => ({ Arn: arn("dynamodb", `table/${name}`) })),
  "AWS::DynamoDB::GlobalTable": named("TableName", ({ name }) => ({ Arn: arn("dynamodb", `table/${name}`) })),
  "AWS::SQS::Queue": {
    nameProperty: "QueueName",
    identity({ name, addresses }) {
      const url = `${addresses.queues}/${localAccount}/${name}`;
      return { ref: url, attributes: { Arn: arn("sqs", name), QueueName: name, QueueUrl: url } };
    },
  },
  "AWS::SNS::Topic": {
    nameProperty: "TopicName",
    identity: ({ name }) => ({
      ref: arn("sns", name),
      attributes: { TopicArn: arn("sns", name), TopicName: name },
    }),
  },
  "AWS::S3::Bucket": {
    nameProperty: "BucketName",
    identity({ name }) {
      const bucket = name.toLowerCase();
      return { ref: bucket, attributes: { Arn: `arn:aws:s3:::${bucket}` } };
    },
  },
  "AWS::Lambda::Function": named("FunctionName", ({ name }) => ({ Arn: arn("lambda", `function:${name}`) })),
  "AWS::IAM::Role": named("RoleName", ({ name }) => ({ Arn: `arn:aws:iam::${localAccount}:role/${name}` })),
  "AWS::IAM::ManagedPolicy": {
    identity: ({ name }) => ({ ref: `arn:aws:iam::${localAccount}:policy/${name}`, attributes: {} }),
  },
  "AWS::ApiGatewayV2::Api": {
    identity: ({ logicalId, addresses }) => ({
      ref: apiId(logicalId),
      attributes: { ApiId: apiId(logicalId), ApiEndpoint: addresses.httpApi(logicalId) },
    }),
  },
  "AWS::ApiGatewayV2::Integration": { identity: ({ logicalId }) => ({ ref: logicalId, attributes: {} }) },
  "AWS::CloudFront::Distribution": {
    identity: ({ logicalId }) => ({
      ref: `E${digest(logicalId).slice(0, 13).toUpperCase()}`,
      attributes: {},
    }),
  },
  "AWS::CloudFront::Function": named("Name", ({ name }) => ({
    FunctionARN: `arn:aws:cloudfront::${localAccount}:function/${name}`,
  })),
  "AWS::CloudFront::ConnectionGroup": {
    identity({ name }) {
      const id = `cg_${digest(name).slice(0, 27)}`;
      return {
        ref: id,
        attributes: { Id: id, RoutingEndpoint: `d${digest(name).slice(0, 13)}.cloudfront.net` },
      };
    },
  },
  "AWS::KMS::Key": {
    identity({ logicalId }) {
      const id = uuidOf(logicalId);
      return { ref: id, attributes: { Arn: arn("kms", `key/${id}`), KeyId: id } };
    },
  },
  "AWS::KMS::Alias": named("AliasName", () => ({})),
  "AWS::SecretsManager::Secret": {
    nameProperty: "Name",
    identity({ name }) {
      // The service puts six random characters behind the name.
      const secret = arn("secretsmanager", `secret:${name}-${digest(name).slice(0, 6)}`);
      return { ref: secret, attributes: { Id: secret } };
    },
  },
  "AWS::SES::ConfigurationSet": named("Name", () => ({})),
  "AWS::SES::ReceiptRuleSet": named("RuleSetName", () => ({})),
  "AWS::SES::EmailIdentity": named("EmailIdentity", () => ({})),
  "AWS::Scheduler::Schedule": named("Name", ({ name }) => ({
    Arn: arn("scheduler", `schedule/default/${name}`),
  })),
  "AWS::Scheduler::ScheduleGroup": named("Name", ({ name }) => ({
    Arn: arn("scheduler", `schedule-group/${name}`),
  })),
  "AWS::Logs::LogGroup": named("LogGroupName", ({ name }) => ({ Arn: arn("logs", `log-group:${name}:*`) })),
  "AWS::CloudWatch::Alarm": named("AlarmName", ({ name }) => ({ Arn: arn("cloudwatch", `alarm:${name}`) })),
};

/** A resource whose Ref is its name. */
function named(nameProperty: string, attributes: (resource: Named) => Record<string, string>): Kind {
  return { nameProperty, identity: (resource) => ({ ref: resource.name, attributes: attributes(resource) }) };
}

function apiId(logicalId: string): string {
  return digest(logicalId).slice(0, 10);
}

function uuidOf(text: string): string {
  return digest(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
