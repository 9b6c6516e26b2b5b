import { ACMClient } from "@aws-sdk/client-acm";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { probeStore } from "../../shared/messages/probe-store.ts";
import { keyClient, mailClient, queueClient, secretClient } from "../../shared/platform/aws-clients.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { dnsClient } from "../../shared/platform/dns-client.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { linkKeyClient } from "../../shared/tracking/link-key-client.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import { secretClient as webhookSecretClient } from "../../shared/webhooks/secret-client.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import { webhookStore } from "../../shared/webhooks/webhook-store.ts";
import { deadLetterClient } from "./dead-letter-client.ts";
import type { DoctorDeps } from "./doctor/examine.ts";
import { installationClient } from "./doctor/installation-client.ts";
import { smtpDoorFrom } from "./doctor/smtp-client.ts";
import type { Installation } from "./installation.ts";

/** What the doctor needs beyond the operator's own commands, from the function's environment. */
export function doctorDeps({
  client,
  clock,
  installation,
  mailHost,
}: {
  client: DynamoDBDocumentClient;
  clock: Clock;
  installation: Installation;
  mailHost: string;
}): DoctorDeps {
  const env = readEnvironment({
    AWS_REGION: z.string(),
    [environmentNames.dnsServer]: z.string().optional(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.webhooksTable]: z.string(),
    [environmentNames.webhookTicksUrl]: z.string(),
    [environmentNames.webhookKeyId]: z.string(),
    [environmentNames.linkSecretArn]: z.string(),
    [environmentNames.smtpDoor]: z.string().optional(),
  });
  const sqs = queueClient();
  const webhooks = { client, table: env.WEBHOOKS_TABLE, clock };
  const secrets = secretClient();
  const aws = {
    ...{ ses: mailClient(), sns: new SNSClient(), scheduler: new SchedulerClient(), sqs },
    ...{ secretsManager: secrets, cloudfront: new CloudFrontClient() },
    acm: (region: string) => new ACMClient({ region }),
  };
  return {
    ...{ installation, mailHost, clock },
    region: env.AWS_REGION,
    smtpDoor: smtpDoorFrom(env.SMTP_DOOR),
    dns: dnsClient({ server: env.DNS_SERVER }),
    aws: installationClient(aws),
    deadLetters: deadLetterClient(sqs),
    probes: probeStore({ client, table: env.MESSAGES_TABLE, clock }),
    webhooks: webhookStore(webhooks),
    backlog: backlogStore(webhooks),
    ticks: tickQueueClient({ sqs, queueUrl: env.WEBHOOK_TICKS_URL, clock }),
    secrets: webhookSecretClient({ kms: keyClient(), keyId: env.WEBHOOK_KEY_ID }),
    linkKeys: linkKeyClient({ secrets, arn: env.LINK_SECRET_ARN }),
  };
}
