import type { EventDestination } from "../engines/aws/ses-events.ts";
import type { ReceiptRule } from "../engines/aws/ses-receiving.ts";
import type { Deployment } from "../template/deployment.ts";

/** Names of the template's SES configuration sets. */
export function configurationSetsOf(deployment: Deployment): string[] {
  return deployment.resources("AWS::SES::ConfigurationSet").map(({ ref }) => ref);
}

/** The template's SES identities. */
export function identitiesOf(deployment: Deployment): string[] {
  return deployment.resources("AWS::SES::EmailIdentity").map(({ ref }) => ref);
}

/** Where the configuration sets' events go: to SNS topics. */
export function eventDestinationsOf(deployment: Deployment): EventDestination[] {
  return deployment
    .resources("AWS::SES::ConfigurationSetEventDestination")
    .map(({ logicalId, properties }) => {
      const { Enabled, MatchingEventTypes, SnsDestination } = properties["EventDestination"] as {
        Enabled?: boolean;
        MatchingEventTypes: string[];
        SnsDestination?: { TopicARN: string };
      };
      if (!SnsDestination) throw new Error(`${logicalId}: the local cloud knows SNS destinations only`);
      return {
        configurationSet: String(properties["ConfigurationSetName"]),
        topicArn: SnsDestination.TopicARN,
        eventTypes: Enabled === false ? [] : MatchingEventTypes,
      };
    });
}

/** By which rules the template takes mail in: into a bucket, with a notice to a topic. */
export function receiptRulesOf(deployment: Deployment): ReceiptRule[] {
  return deployment.resources("AWS::SES::ReceiptRule").flatMap(({ logicalId, properties }) => {
    const { Actions, Recipients, Enabled } = properties["Rule"] as {
      Actions: { S3Action?: { BucketName: string; ObjectKeyPrefix?: string; TopicArn: string } }[];
      Recipients: string[];
      Enabled?: boolean;
    };
    if (Enabled === false) return [];
    return Actions.map(({ S3Action: action }) => {
      if (!action) throw new Error(`${logicalId}: the local cloud takes mail into buckets only`);
      const { BucketName: bucket, ObjectKeyPrefix: prefix = "", TopicArn: topicArn } = action;
      return { recipients: Recipients, bucket, prefix, topicArn };
    });
  });
}
