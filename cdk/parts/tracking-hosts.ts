import { Aws, Duration, Fn, Stack } from "aws-cdk-lib";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import { CfnRecordSet } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";
import { acknowledgeAll, edgeFunction } from "./edge-function.ts";
import { OriginSecret } from "./origin-secret.ts";
import type { RecipientPages } from "./recipient-pages.ts";
import { publishingZoneId } from "./zone.ts";

const recordTtl = Duration.minutes(5);
const tenants = `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution-tenant/*`;
const certificates = `arn:${Aws.PARTITION}:acm:us-east-1:${Aws.ACCOUNT_ID}:certificate/*`;

/**
 * Customers' own tracking hosts: one CloudFront distribution before the tracking API, of which each host becomes a
 * tenant at run time, with a certificate of its own, and the name that customers' records point at.
 */
export class TrackingHosts extends Construct {
  readonly distribution: cloudfront.CfnDistribution;
  private readonly connectionGroup: cloudfront.CfnConnectionGroup;
  /** What `t.<mailHost>` is an alias of. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, { pages }: { readonly pages: RecipientPages }) {
    super(scope, id);
    const { mailHost } = Deployment.of(this).settings;
    this.connectionGroup = new cloudfront.CfnConnectionGroup(this, "ConnectionGroup", {
      name: `${Stack.of(this).stackName}-tracking`,
      enabled: true,
      ipv6Enabled: true,
    });
    this.endpoint = this.connectionGroup.attrRoutingEndpoint;
    this.distribution = this.distribute(pages);
    const zoneId = publishingZoneId(this);
    if (zoneId === undefined) return;
    new CfnRecordSet(this, "TrackingAlias", {
      ...{ hostedZoneId: zoneId, name: `t.${mailHost}.`, type: "CNAME" },
      ...{ resourceRecords: [this.endpoint], ttl: String(recordTtl.toSeconds()) },
    });
  }

  /** The function may take hosts to the edge, and asks for certificates for them. */
  allowOpen(worker: ServiceFunction): void {
    const { distribution, connectionGroup } = this;
    worker.allow(
      [
        "cloudfront:CreateDistributionTenant",
        "cloudfront:GetDistributionTenantByDomain",
        "cloudfront:GetManagedCertificateDetails",
        "cloudfront:UpdateDistributionTenant",
      ],
      [
        tenants,
        this.arnOf("distribution", distribution.ref),
        this.arnOf("connection-group", connectionGroup.attrId),
      ],
    );
    // CloudFront asks on behalf of whoever makes the tenant.
    worker.allow(["acm:DescribeCertificate", "acm:RequestCertificate"], [certificates]);
    const reason = "Customers' hosts become tenants, with certificates, at run time.";
    worker.acknowledgeWildcard(
      `arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution-tenant/*`,
      reason,
    );
    worker.acknowledgeWildcard(`arn:<AWS::Partition>:acm:us-east-1:<AWS::AccountId>:certificate/*`, reason);
    worker.tell(environmentNames.trackingDistributionId, distribution.ref);
    worker.tell(environmentNames.trackingConnectionGroupId, connectionGroup.attrId);
  }

  private arnOf(kind: string, id: string): string {
    return `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:${kind}/${id}`;
  }

  private distribute(pages: RecipientPages): cloudfront.CfnDistribution {
    const noteViewer = edgeFunction(this, "NoteViewer", "note-viewer.js");
    const distribution = new cloudfront.CfnDistribution(this, "Distribution", {
      distributionConfig: {
        ...{ enabled: true, connectionMode: "tenant-only", httpVersion: "http2" },
        comment: "Postern: customers' own tracking hosts",
        origins: [
          {
            id: "tracking",
            domainName: Fn.select(2, Fn.split("/", pages.door.url)),
            customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] },
            originCustomHeaders: this.shownTo(pages),
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: "tracking",
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL.methods,
          cachePolicyId: cloudfront.CachePolicy.CACHING_DISABLED.cachePolicyId,
          originRequestPolicyId:
            cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId,
          functionAssociations: [{ eventType: "viewer-request", functionArn: noteViewer.functionArn }],
        },
      },
    });
    const reasons = {
      "AwsSolutions-CFR1": "Recipients may be anywhere.",
      "AwsSolutions-CFR2":
        "Links in mail are followed by whoever has them; what is not signed is answered with 404.",
      "AwsSolutions-CFR3":
        "The HTTP API logs what it answers; a path is itself a key to somebody's subscription.",
      "AwsSolutions-CFR4": "Each tenant brings its certificate, with CloudFront's own choice of protocols.",
    };
    acknowledgeAll(distribution, reasons);
    return distribution;
  }

  /** What tells CloudFront from a stranger; on this machine nobody stands before the tracking API. */
  private shownTo(pages: RecipientPages): { headerName: string; headerValue: string }[] {
    if (Deployment.of(this).settings.local) return [];
    const { shown } = new OriginSecret(this, "OriginSecret");
    pages.worker.tell(environmentNames.originSecret, shown);
    return [{ headerName: "x-postern-origin", headerValue: shown }];
  }
}
