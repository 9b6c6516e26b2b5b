import { type ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { type CloudFrontClient, GetDistributionCommand } from "@aws-sdk/client-cloudfront";
import { GetScheduleCommand, type SchedulerClient } from "@aws-sdk/client-scheduler";
import { DescribeSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  type SESv2Client,
  SendEmailCommand,
} from "@aws-sdk/client-sesv2";
import { paginateListSubscriptionsByTopic, type SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";

export type InstallationClient = ReturnType<typeof installationClient>;

export interface ProbeMail {
  readonly from: string;
  readonly to: string;
  readonly mime: Uint8Array;
  readonly configurationSet: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What AWS says of the installation's parts. */
export function installationClient({
  ses,
  sns,
  sqs,
  scheduler,
  secretsManager,
  cloudfront,
  acm,
}: {
  ses: SESv2Client;
  sns: SNSClient;
  sqs: SQSClient;
  scheduler: SchedulerClient;
  secretsManager: SecretsManagerClient;
  cloudfront: CloudFrontClient;
  /** Of a region: CloudFront's certificates are in another one than ours. */
  acm: (region: string) => ACMClient;
}) {
  return {
    mailAccount: () => ses.send(new GetAccountCommand()),

    /** Undefined if there is none. */
    identity: (EmailIdentity: string) =>
      unlessMissing(ses.send(new GetEmailIdentityCommand({ EmailIdentity }))),

    configurationSet: (ConfigurationSetName: string) =>
      unlessMissing(ses.send(new GetConfigurationSetCommand({ ConfigurationSetName }))),

    async destinations(ConfigurationSetName: string) {
      const command = new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName });
      return (await ses.send(command)).EventDestinations ?? [];
    },

    async subscriptions(TopicArn: string) {
      const found = [];
      for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
        { client: sns },
        { TopicArn },
      )) {
        found.push(...Subscriptions);
      }
      return found;
    },

    /** The policy's text; undefined if the queue has none. */
    async queuePolicy(QueueUrl: string): Promise<string | undefined> {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] });
      return (await sqs.send(command)).Attributes?.["Policy"];
    },

    schedule: (Name: string) => unlessMissing(scheduler.send(new GetScheduleCommand({ Name }))),

    /** What a secret is, without what it says. */
    secret: (SecretId: string) => unlessMissing(secretsManager.send(new DescribeSecretCommand({ SecretId }))),

    distribution: async (Id: string) =>
      (await unlessMissing(cloudfront.send(new GetDistributionCommand({ Id }))))?.Distribution,

    async certificate(CertificateArn: string) {
      const [, , , region = ""] = CertificateArn.split(":");
      const described = acm(region).send(new DescribeCertificateCommand({ CertificateArn }));
      return (await unlessMissing(described))?.Certificate;
    },

    async send({ from, to, mime, configurationSet, tags }: ProbeMail): Promise<void> {
      await ses.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: { Raw: { Data: mime } },
          ConfigurationSetName: configurationSet,
          EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
        }),
      );
    },
  };
}

async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (["NotFoundException", "ResourceNotFoundException", "NoSuchDistribution"].includes(Object(error).name))
      return undefined;
    throw error;
  }
}
