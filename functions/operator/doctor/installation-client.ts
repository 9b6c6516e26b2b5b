import { GetScheduleCommand, type SchedulerClient } from "@aws-sdk/client-scheduler";
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
}: {
  ses: SESv2Client;
  sns: SNSClient;
  sqs: SQSClient;
  scheduler: SchedulerClient;
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
    if (["NotFoundException", "ResourceNotFoundException"].includes(Object(error).name)) return undefined;
    throw error;
  }
}
