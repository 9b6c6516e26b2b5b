import { Aws, Fn, Token } from "aws-cdk-lib";
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

/** What the doctor is told of it, by what hosts have before the mail host. */
export function toldFrontage(scope: Construct, frontage: Frontage): Told {
  const { smtpCertificateSecretArn: secret } = Deployment.of(scope).settings;
  const distributions = distributionsOf(frontage);
  const certificates = Object.fromEntries(
    Object.entries(certificatesOf(scope, frontage)).map(([hosts, arn]) => [hosts, briefly(arn)]),
  );
  return {
    ...(frontage.gateway !== undefined && { smtp: secret === undefined ? {} : { secret } }),
    ...(Object.keys(distributions).length > 0 && { distributions }),
    ...(Object.keys(certificates).length > 0 && { certificates }),
  };
}

/** A certificate that the stack makes is in its own region: its id says which. Room for names is short. */
function briefly(certificateArn: string): string {
  return Token.isUnresolved(certificateArn) ? Fn.select(1, Fn.split("/", certificateArn)) : certificateArn;
}

/** The doctor may look at all of it, and change nothing. */
export function allowFrontage(worker: ServiceFunction, frontage: Frontage): void {
  const { smtpCertificateSecretArn: secret } = Deployment.of(worker).settings;
  if (frontage.gateway !== undefined && secret !== undefined) {
    worker.allow(["secretsmanager:DescribeSecret"], [secret]);
  }
  const ids = Object.values(distributionsOf(frontage));
  if (ids.length > 0) {
    const distributions = `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution`;
    worker.allow(
      ["cloudfront:GetDistribution"],
      ids.map((id) => `${distributions}/${id}`),
    );
  }
  const arns = Object.values(certificatesOf(worker, frontage));
  if (arns.length > 0) worker.allow(["acm:DescribeCertificate"], arns);
}

function distributionsOf({ edge, trackingHosts }: Frontage): Record<string, string> {
  const edges = Object.entries(edge?.distributions ?? {});
  return {
    ...Object.fromEntries(edges.map(([host, { distributionId }]) => [host, distributionId])),
    ...(trackingHosts && { t: trackingHosts.distribution.ref }),
  };
}

function certificatesOf(scope: Construct, { gateway, edge, doors }: Frontage): Record<string, string> {
  const { edgeCertificateArn } = Deployment.of(scope).settings;
  const behindEdge = Object.keys(edge?.distributions ?? {});
  const own = Object.entries(doors).flatMap(([host, { certificate }]) =>
    certificate === undefined ? [] : [[host, certificate.certificateArn] as const],
  );
  const certificate = gateway?.balancer.certificate;
  return {
    ...Object.fromEntries(own),
    ...(certificate !== undefined && { gateway: certificate.certificateArn }),
    ...(edgeCertificateArn !== undefined &&
      behindEdge.length > 0 && { [behindEdge.join(" ")]: edgeCertificateArn }),
  };
}
