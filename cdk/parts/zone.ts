import { HostedZone, type IHostedZone } from "aws-cdk-lib/aws-route53";
import type { Construct } from "constructs";
import { Deployment } from "../defaults/deployment.ts";

/** Stands for the operator's zone on this machine, where every record goes into the local DNS. */
const localZoneId = "ZLOCAL";

/** The zone in which records are made at run time, too; none where the operator has given none. */
export function publishingZoneId(scope: Construct): string | undefined {
  const { hostedZoneId, local } = Deployment.of(scope).settings;
  return hostedZoneId ?? (local ? localZoneId : undefined);
}

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
