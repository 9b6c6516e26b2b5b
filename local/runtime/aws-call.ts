/** An AWS call that a function makes, as IAM, fault rules and the bill know it. */
export interface AwsCall {
  /** The service's name in IAM actions: `dynamodb`, `sqs`, `ses` ... */
  readonly service: string;
  /** The API operation, such as `UpdateItem`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Service ids of the SDK, and what IAM calls the service. */
const services: Readonly<Record<string, string>> = {
  DynamoDB: "dynamodb",
  SQS: "sqs",
  SNS: "sns",
  S3: "s3",
  SESv2: "ses",
  KMS: "kms",
  "Secrets Manager": "secretsmanager",
  Lambda: "lambda",
  "Route 53": "route53",
  CloudFront: "cloudfront",
  EventBridge: "events",
  Scheduler: "scheduler",
};

// DynamoDBDocumentClient shortens the names of its commands.
const documentCommands: Readonly<Record<string, string>> = {
  Get: "GetItem",
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  BatchGet: "BatchGetItem",
  BatchWrite: "BatchWriteItem",
  TransactGet: "TransactGetItems",
  TransactWrite: "TransactWriteItems",
};

/**
 * Names a call by its SDK command.
 *
 * @throws Error for a service that is not there locally: the call would leave for the real AWS
 */
export function awsCallOf(serviceId: string, commandName: string, input: unknown): AwsCall {
  const service = services[serviceId];
  if (!service) throw new Error(`the local cloud has no ${serviceId}: the call would leave the machine`);
  const name = commandName.replace(/Command$/, "");
  const operation = service === "dynamodb" ? (documentCommands[name] ?? name) : name;
  return { service, operation, input: Object(input) };
}

/** The name by which fault rules and counts know a call, such as `dynamodb:UpdateItem`. */
export function nameOf(call: AwsCall): string {
  return `${call.service}:${call.operation}`;
}
