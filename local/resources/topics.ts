import { CreateTopicCommand, type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import type { Deployment } from "../template/deployment.ts";

/** Makes the template's topics and their subscriptions; making them again changes nothing. */
export async function createTopics(deployment: Deployment, sns: SNSClient): Promise<void> {
  await Promise.all(
    deployment
      .resources("AWS::SNS::Topic")
      .map(({ ref }) => sns.send(new CreateTopicCommand({ Name: ref.split(":").at(-1) }))),
  );
  await Promise.all(
    deployment.resources("AWS::SNS::Subscription").map(({ logicalId, properties }) => {
      const { TopicArn, Protocol, Endpoint, RawMessageDelivery, FilterPolicy } = properties;
      // People subscribed to alarms (email, SMS) are told nothing locally.
      if (Protocol !== "sqs") return undefined;
      if (FilterPolicy) throw new Error(`the local cloud does not know filter policies yet (${logicalId})`);
      return sns.send(
        new SubscribeCommand({
          TopicArn: String(TopicArn),
          Protocol,
          Endpoint: String(Endpoint),
          Attributes: { RawMessageDelivery: String(RawMessageDelivery ?? false) },
        }),
      );
    }),
  );
}
