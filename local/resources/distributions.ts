import type { LocalDistribution } from "../engines/aws/cloudfront-distributions.ts";
import type { Deployment } from "../template/deployment.ts";

/** The template's CloudFront distributions, as CloudFront's own API tells of them. */
export function distributionsIn(deployment: Deployment): LocalDistribution[] {
  return deployment.resources("AWS::CloudFront::Distribution").map(({ ref, properties }) => {
    const { Aliases, Enabled, ConnectionMode } = properties["DistributionConfig"] as {
      readonly Aliases?: readonly string[];
      readonly Enabled: boolean;
      readonly ConnectionMode?: string;
    };
    return {
      id: ref,
      aliases: Aliases ?? [],
      connectionMode: ConnectionMode ?? "direct",
      isEnabled: Enabled,
    };
  });
}
