import { Aws } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { ToldInstallation } from "../../shared/contracts/installation.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";
import type { Edge } from "./edge.ts";
import type { Gateway } from "./gateway.ts";
import type { HttpDoor } from "./http-door.ts";
import type { TrackingHosts } from "./tracking-hosts.ts";

/** What the outside meets first, as far as it is deployed. */
export interface Frontage {
  readonly gateway?: Gateway;
  readonly edge?: Edge;
  readonly trackingHosts?: TrackingHosts;
  readonly doors: Readonly<Record<string, HttpDoor>>;
}

type Told = Pick<ToldInstallation, "smtp" | "distributions" | "certificates">;

/** What the doctor is told of it. */
export function toldFrontage(scope: Construct, frontage: Frontage): Told {
  const { mailHost, smtpCertificateSecretArn: secret, local } = Deployment.of(scope).settings;
  // By these names the local gateway's certificate knows its streams.
  const smtpHost = local ? "localhost" : `smtp.${mailHost}`;
  const distributions = distributionsOf(frontage, mailHost);
  const certificates = certificatesOf(scope, frontage);
  return {
    ...(frontage.gateway !== undefined && {
      smtp: { hosts: [`live.${smtpHost}`, `bulk.${smtpHost}`], ...(secret !== undefined && { secret }) },
    }),
    ...(Object.keys(distributions).length > 0 && { distributions }),
    ...(certificates.length > 0 && { certificates }),
  };
}

/** The doctor may look at all of it, and change nothing. */
export function allowFrontage(worker: ServiceFunction, frontage: Frontage): void {
  const { mailHost, smtpCertificateSecretArn: secret } = Deployment.of(worker).settings;
  if (frontage.gateway !== undefined && secret !== undefined) {
    worker.allow(["secretsmanager:DescribeSecret"], [secret]);
  }
  const ids = Object.values(distributionsOf(frontage, mailHost));
  if (ids.length > 0) {
    const distributions = `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution`;
    worker.allow(
      ["cloudfront:GetDistribution"],
      ids.map((id) => `${distributions}/${id}`),
    );
  }
  const arns = certificatesOf(worker, frontage).map(({ arn }) => arn);
  if (arns.length > 0) worker.allow(["acm:DescribeCertificate"], arns);
}

/** Ids by hosts. */
function distributionsOf({ edge, trackingHosts }: Frontage, mailHost: string): Record<string, string> {
  const edges = Object.entries(edge?.distributions ?? {});
  return {
    ...Object.fromEntries(edges.map(([host, { distributionId }]) => [host, distributionId])),
    ...(trackingHosts && { [`t.${mailHost}`]: trackingHosts.distribution.ref }),
  };
}

function certificatesOf(
  scope: Construct,
  { gateway, edge, doors }: Frontage,
): { arn: string; hosts: string[] }[] {
  const { mailHost, edgeCertificateArn } = Deployment.of(scope).settings;
  const behindEdge = Object.keys(edge?.distributions ?? {});
  const own = Object.entries(doors).flatMap(([name, { certificate }]) =>
    certificate === undefined ? [] : [{ arn: certificate.certificateArn, hosts: [`${name}.${mailHost}`] }],
  );
  const { certificate, originHost } = gateway?.balancer ?? {};
  return [
    ...own,
    ...(certificate !== undefined && originHost !== undefined
      ? [{ arn: certificate.certificateArn, hosts: [originHost] }]
      : []),
    ...(edgeCertificateArn !== undefined && behindEdge.length > 0
      ? [{ arn: edgeCertificateArn, hosts: behindEdge }]
      : []),
  ];
}
