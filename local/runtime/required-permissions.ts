import { arn, localAccount } from "../template/account.ts";
import type { AwsCall } from "./aws-call.ts";
import type { Permission } from "./policy.ts";

type Input = Readonly<Record<string, unknown>>;

/** The permissions that IAM asks for a call, following the Service Authorization Reference. */
export function requiredPermissions({ service, operation, input }: AwsCall): Permission[] {
  switch (service) {
    case "dynamodb":
      return dynamodbPermissions(operation, input);
    case "s3":
      return s3Permissions(operation, input);
    case "ses":
      return sesPermissions(operation, input);
    case "sqs":
      // A batch needs the permission of the single action.
      return [permission(`sqs:${operation.replace(/Batch$/, "")}`, queueArn(input))];
    case "sns":
      return [permission(`sns:${operation.replace(/Batch$/, "")}`, textOf(input["TopicArn"]))];
    case "kms":
      return [permission(`kms:${operation}`, keyArn(textOf(input["KeyId"])))];
    case "secretsmanager":
      return [permission(`secretsmanager:${operation}`, secretArn(textOf(input["SecretId"])))];
    case "lambda":
      return [permission("lambda:InvokeFunction", functionArn(textOf(input["FunctionName"])))];
    case "scheduler":
      return [
        permission(`scheduler:${operation}`, arn("scheduler", `schedule/default/${textOf(input["Name"])}`)),
      ];
    case "events":
      return busPermissions(operation, input);
    case "route53":
      return [
        permission(`route53:${operation}`, `arn:aws:route53:::hostedzone/${textOf(input["HostedZoneId"])}`),
      ];
    case "acm":
      return [permission(`acm:${operation}`, textOf(input["CertificateArn"]))];
    case "cloudfront":
      return cloudfrontPermissions(operation, input);
    default:
      return [permission(`${service}:${operation}`, "*")];
  }
}

function dynamodbPermissions(operation: string, input: Input): Permission[] {
  const transaction = input["TransactItems"];
  if (Array.isArray(transaction)) return distinct(transaction.flatMap(transactionItemPermissions));
  const batch = input["RequestItems"];
  if (batch) return Object.keys(batch).map((table) => permission(`dynamodb:${operation}`, tableArn(table)));
  const table = tableArn(textOf(input["TableName"]));
  const index = textOf(input["IndexName"]);
  return [permission(`dynamodb:${operation}`, table && index ? `${table}/index/${index}` : table)];
}

const transactionActions: Readonly<Record<string, string>> = {
  Get: "GetItem",
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
};

// A transaction has no action of its own: each item needs that of the single call.
function transactionItemPermissions(item: unknown): Permission[] {
  return Object.entries(Object(item) as Record<string, Input>).map(([kind, request]) =>
    permission(`dynamodb:${transactionActions[kind] ?? kind}`, tableArn(textOf(request["TableName"]))),
  );
}

/** A transaction may write a hundred items to the same table. */
function distinct(permissions: readonly Permission[]): Permission[] {
  return [...new Map(permissions.map((one) => [`${one.action} ${one.resource}`, one])).values()];
}

const s3Actions: Readonly<Record<string, string>> = {
  HeadObject: "GetObject",
  CreateMultipartUpload: "PutObject",
  UploadPart: "PutObject",
  CompleteMultipartUpload: "PutObject",
  ListParts: "ListMultipartUploadParts",
  DeleteObjects: "DeleteObject",
};

function s3Permissions(operation: string, input: Input): Permission[] {
  const bucket = `arn:aws:s3:::${textOf(input["Bucket"])}`;
  if (/^ListObjects|^HeadBucket$/.test(operation)) return [permission("s3:ListBucket", bucket)];
  const action = `s3:${s3Actions[operation] ?? operation}`;
  const object = (key: unknown) => permission(action, `${bucket}/${textOf(key)}`);
  const { Objects: several } = Object(input["Delete"]) as { Objects?: { Key: string }[] };
  if (several) return several.map(({ Key }) => object(Key));
  if (operation === "CopyObject") {
    const source = decodeURIComponent(textOf(input["CopySource"]) ?? "").replace(/^\//, "");
    return [
      permission("s3:GetObject", `arn:aws:s3:::${source}`),
      permission("s3:PutObject", `${bucket}/${textOf(input["Key"])}`),
    ];
  }
  return [input["Key"] === undefined ? permission(action, bucket) : object(input["Key"])];
}

/** SES checks sending on the identity and on the configuration set; raw content needs a second action. */
function sesPermissions(operation: string, input: Input): Permission[] {
  const resources = [
    sendingIdentity(input),
    configurationSetArn(textOf(input["ConfigurationSetName"])),
  ].filter((resource) => resource !== undefined);
  const { Raw: raw } = Object(input["Content"]) as { Raw?: unknown };
  const actions =
    operation === "SendEmail" && raw ? ["ses:SendEmail", "ses:SendRawEmail"] : [`ses:${operation}`];
  return actions.flatMap((action) =>
    resources.length === 0
      ? [permission(action, "*")]
      : resources.map((resource) => permission(action, resource)),
  );
}

function sendingIdentity(input: Input): string | undefined {
  const explicit = textOf(input["FromEmailAddressIdentityArn"]);
  if (explicit) return explicit;
  const identity = textOf(input["EmailIdentity"]) ?? domainOf(textOf(input["FromEmailAddress"]));
  return identity && arn("ses", `identity/${identity}`);
}

function domainOf(address: string | undefined): string | undefined {
  return address?.match(/@([^@>\s]+)>?\s*$/)?.[1]?.toLowerCase();
}

function configurationSetArn(name: string | undefined): string | undefined {
  return name && arn("ses", `configuration-set/${name}`);
}

/** PutEvents names the bus in each entry; none is the account's default one. */
function busPermissions(operation: string, { Entries: entries }: Input): Permission[] {
  const named = Array.isArray(entries) ? entries : [];
  const buses = new Set(named.map((entry: unknown) => textOf(Object(entry).EventBusName) ?? "default"));
  return [...buses].map((bus) => permission(`events:${operation}`, arn("events", `event-bus/${bus}`)));
}

/** CloudFront asks of who makes a tenant that he may request its certificate, too. */
function cloudfrontPermissions(operation: string, input: Input): Permission[] {
  if (operation === "GetDistribution") {
    const id = textOf(input["Id"]) ?? "*";
    return [permission(`cloudfront:${operation}`, globalArn("cloudfront", `distribution/${id}`))];
  }
  const named = textOf(input["Id"]) ?? textOf(input["Identifier"]);
  const tenant = permission(
    `cloudfront:${operation}`,
    globalArn("cloudfront", `distribution-tenant/${named ?? "*"}`),
  );
  if (input["ManagedCertificateRequest"] === undefined) return [tenant];
  return [
    tenant,
    permission("acm:RequestCertificate", `arn:aws:acm:us-east-1:${localAccount}:certificate/*`),
  ];
}

function globalArn(service: string, resource: string): string {
  return `arn:aws:${service}::${localAccount}:${resource}`;
}

function tableArn(table: string | undefined): string | undefined {
  return table?.startsWith("arn:") ? table : table && arn("dynamodb", `table/${table}`);
}

function queueArn(input: Input): string {
  const name = textOf(input["QueueName"]) ?? textOf(input["QueueUrl"])?.split("/").at(-1);
  return arn("sqs", name ?? "*");
}

// Decrypt may leave the key to the ciphertext; then the action alone is checked.
function keyArn(key: string | undefined): string | undefined {
  if (!key || key.startsWith("arn:")) return key;
  return arn("kms", key.startsWith("alias/") ? key : `key/${key}`);
}

function secretArn(secret: string | undefined): string | undefined {
  return secret?.startsWith("arn:") ? secret : secret && arn("secretsmanager", `secret:${secret}`);
}

function functionArn(name: string | undefined): string | undefined {
  return name?.startsWith("arn:") ? name : name && arn("lambda", `function:${name}`);
}

function permission(action: string, resource: string | undefined): Permission {
  return resource === undefined ? { action } : { action, resource };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
