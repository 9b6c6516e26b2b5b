import { createHash } from "node:crypto";
import {
  type CloudFrontClient,
  CreateDistributionTenantCommand,
  type DistributionTenant,
  GetDistributionTenantByDomainCommand,
  GetManagedCertificateDetailsCommand,
  UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import type { TrackingHost } from "./tracking-host.ts";

interface Tenant {
  readonly id: string;
  readonly etag: string;
  readonly isActive: boolean;
}

const pending: TrackingHost = { state: "pending" };

const reasons = {
  taken: "The host name is in use at Amazon CloudFront already, in another AWS account.",
  certificate:
    "No certificate could be made for the host: a CAA record of the domain may forbid the issuer amazon.com.",
} as const;

/**
 * Customers' own tracking hosts, as tenants of one CloudFront distribution, each with a certificate that
 * CloudFront obtains and renews itself once the host points to it.
 */
export function trackingHostClient({
  cloudfront,
  distributionId,
  connectionGroupId,
}: {
  cloudfront: CloudFrontClient;
  distributionId: string;
  /** What the hosts point at. */
  connectionGroupId: string;
}) {
  const configurationOf = (host: string) => ({
    DistributionId: distributionId,
    ConnectionGroupId: connectionGroupId,
    Domains: [{ Domain: host }],
    Enabled: true,
  });

  async function find(host: string): Promise<Tenant | undefined> {
    try {
      const command = new GetDistributionTenantByDomainCommand({ Domain: host });
      const { DistributionTenant: tenant, ETag: etag = "" } = await cloudfront.send(command);
      return tenant && { id: tenant.Id ?? "", etag, isActive: isActive(tenant, host) };
    } catch (error) {
      if (nameOf(error) === "EntityNotFound") return undefined;
      throw error;
    }
  }

  async function create(host: string): Promise<TrackingHost> {
    const command = new CreateDistributionTenantCommand({
      ...configurationOf(host),
      Name: tenantName(host),
      ManagedCertificateRequest: certificateFor(host),
    });
    try {
      await cloudfront.send(command);
      return pending;
    } catch (error) {
      const name = nameOf(error);
      if (name === "CNAMEAlreadyExists") return { state: "failed", reason: reasons.taken };
      // CloudFront asks other name servers than we do, and these may still have the old answer; or another look
      // at the same domain was a moment faster.
      if (name === "InvalidArgument" || name === "EntityAlreadyExists") return pending;
      throw error;
    }
  }

  async function complete(host: string, { id, etag }: Tenant): Promise<TrackingHost> {
    const { ManagedCertificateDetails: certificate } = await cloudfront.send(
      new GetManagedCertificateDetailsCommand({ Identifier: id }),
    );
    const { CertificateArn: arn, CertificateStatus: status } = certificate ?? {};
    if (status === "pending-validation") return pending;
    const isIssued = status === "issued" && arn !== undefined;
    await cloudfront.send(
      new UpdateDistributionTenantCommand({
        ...{ ...configurationOf(host), Id: id, IfMatch: etag },
        ...(isIssued
          ? { Customizations: { Certificate: { Arn: arn } } }
          : { ManagedCertificateRequest: certificateFor(host) }),
      }),
    );
    return isIssued ? pending : { state: "failed", reason: reasons.certificate };
  }

  return {
    /**
     * Takes a host a step further towards being served; again and again, until it is `active`. What failed for want of
     * a certificate is asked for anew. It is never taken back: links in mail that was sent name it for years.
     */
    async open(host: string): Promise<TrackingHost> {
      const tenant = await find(host);
      if (tenant === undefined) return create(host);
      return tenant.isActive ? { state: "active" } : complete(host, tenant);
    },
  };
}

function certificateFor(host: string) {
  return {
    PrimaryDomainName: host,
    // CloudFront answers the certificate authority's question itself: the host points to it.
    ValidationTokenHost: "cloudfront",
    CertificateTransparencyLoggingPreference: "enabled",
  } as const;
}

function isActive({ Domains: domains = [], Enabled: enabled }: DistributionTenant, host: string): boolean {
  return enabled !== false && domains.some(({ Domain, Status }) => Domain === host && Status === "active");
}

/** A tenant's name has 128 characters at most, a host up to 253. */
function tenantName(host: string): string {
  return host.length <= 100 ? host : createHash("sha256").update(host).digest("hex");
}

function nameOf(error: unknown): unknown {
  return Object(error).name;
}
