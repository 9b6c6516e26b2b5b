import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type SdkClient, speakUnsigned } from "../runtime/unsigned-requests.ts";
import { localCredentials, localRegion } from "../template/account.ts";

/** The local cloud's own way to its services, by which it makes what the template declares. */
export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly s3: S3Client;
  destroy(): void;
}

export function awsClients(urls: { dynamodb: string; queues: string }): AwsClients {
  const common = { region: localRegion, credentials: localCredentials };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: urls.dynamodb });
  // Every poller may have a request open at the same time.
  const requestHandler = { httpAgent: { keepAlive: true, maxSockets: 500 } };
  const sqs = new SQSClient({ ...common, endpoint: urls.queues, md5: false, requestHandler });
  const sns = new SNSClient({ ...common, endpoint: urls.queues });
  const s3 = new S3Client({ ...common, endpoint: urls.queues, forcePathStyle: true });
  speakUnsigned(sqs as unknown as SdkClient, "sqs");
  return {
    dynamodb,
    sqs,
    sns,
    s3,
    destroy() {
      for (const client of [dynamodb, sqs, sns, s3]) client.destroy();
    },
  };
}
