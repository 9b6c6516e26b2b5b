import type { EventDestination } from "../engines/aws/ses-events.ts";
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
