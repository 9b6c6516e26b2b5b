import { HostedZone, type IHostedZone } from "aws-cdk-lib/aws-route53";
import type { Construct } from "constructs";
import { Deployment } from "../defaults/deployment.ts";

/** The zone that the operator has given, if any, as seen from one construct. */
export function operatorsZone(scope: Construct): IHostedZone | undefined {
  const { hostedZoneId, hostedZoneName, mailHost } = Deployment.of(scope).settings;
  if (hostedZoneId === undefined) return undefined;
  const known = scope.node.tryFindChild("Zone") as IHostedZone | undefined;
  return (
    known ??
    HostedZone.fromHostedZoneAttributes(scope, "Zone", { hostedZoneId, zoneName: hostedZoneName ?? mailHost })
  );
}
