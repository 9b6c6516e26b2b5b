import { type CfnResource, Duration, Stack } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { ARecord, RecordTarget } from "aws-cdk-lib/aws-route53";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { Deployment } from "../defaults/deployment.ts";
import { acknowledgeAll, edgeFunction } from "./edge-function.ts";
import type { Gateway } from "./gateway.ts";
import { edgePorts } from "./gateway-balancer.ts";
import { OriginSecret } from "./origin-secret.ts";
import type { Sending } from "./sending.ts";
import { operatorsZone } from "./zone.ts";

/** The longest that CloudFront waits for an answer unless asked for more; reading a batch takes seconds. */
const answerTimeout = Duration.seconds(60);

export interface EdgeProps {
  readonly gateway: Gateway;
  readonly doors: Readonly<Record<Stream, Sending>>;
}

/**
 * CloudFront before the send and bulk hosts: it sends requests that are too large for a function to the
 * gateway. Without a zone and a certificate there is only the function that chooses, for the local cloud.
 */
export class Edge extends Construct {
  /** By what the hosts before which they stand have before the mail host. */
  readonly distributions: Record<string, cloudfront.Distribution> = {};
  private readonly chooser: cloudfront.Function;

  constructor(scope: Construct, id: string, { gateway, doors }: EdgeProps) {
    super(scope, id);
    this.chooser = edgeFunction(this, "ChooseOrigin", "choose-origin.js");
    (this.chooser.node.defaultChild as CfnResource).overrideLogicalId("ChooseOrigin");
    const { originHost } = gateway.balancer;
    const { edgeCertificateArn } = Deployment.of(this).settings;
    if (originHost === undefined || edgeCertificateArn === undefined) return;
    const { shown } = new OriginSecret(this, "OriginSecret");
    for (const stream of ["transactional", "bulk"] as const) {
      doors[stream].worker.tell(environmentNames.originSecret, shown);
      this.distribute(stream, doors[stream], { originHost, edgeCertificateArn, shown });
    }
    gateway.container.tell(environmentNames.originSecret, shown);
  }

  private distribute(
    stream: Stream,
    { door, host }: Sending,
    {
      originHost,
      edgeCertificateArn,
      shown,
    }: { originHost: string; edgeCertificateArn: string; shown: string },
  ): void {
    const domainName = `${host}.${Deployment.of(this).settings.mailHost}`;
    const id = stream === "bulk" ? "Bulk" : "Send";
    const usual = { customHeaders: { "x-postern-origin": shown }, readTimeout: answerTimeout };
    const functions = new HttpOrigin(`${door.api.apiId}.execute-api.${Stack.of(this).region}.amazonaws.com`, {
      originId: "functions",
      ...usual,
    });
    const containers = new HttpOrigin(originHost, {
      originId: "gateway",
      httpsPort: edgePorts[stream],
      ...usual,
    });
    const distribution = new cloudfront.Distribution(this, id, {
      comment: `Postern: ${domainName}`,
      domainNames: [domainName],
      certificate: Certificate.fromCertificateArn(this, `${id}Certificate`, edgeCertificateArn),
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: cloudfront.HttpVersion.HTTP2,
      defaultBehavior: this.behavior(functions),
      // A distribution knows an origin by a behaviour only. Nobody asks for this path; the function chooses.
      additionalBehaviors: { "/large": this.behavior(containers) },
    });
    this.distributions[host] = distribution;
    acknowledge(distribution);
    const zone = operatorsZone(this);
    if (zone === undefined) return;
    new ARecord(this, `${id}Address`, {
      zone,
      recordName: `${domainName}.`,
      target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)),
    });
  }

  private behavior(origin: HttpOrigin): cloudfront.BehaviorOptions {
    return {
      origin,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      compress: false,
      functionAssociations: [
        { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: this.chooser },
      ],
    };
  }
}

function acknowledge(distribution: cloudfront.Distribution): void {
  const reasons = {
    "AwsSolutions-CFR1": "Customers may be anywhere.",
    "AwsSolutions-CFR2":
      "Callers are programs with tokens, whose rate is limited; browsers have no business here.",
    "AwsSolutions-CFR3": "The HTTP API and the gateway log what they answer.",
  };
  acknowledgeAll(distribution, reasons);
}
