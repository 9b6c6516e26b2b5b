import { createHash, randomUUID } from "node:crypto";
import type { DnsRecords } from "../dns/dns-records.ts";
import { AwsError } from "./aws-error.ts";
import type { AwsAnswer, AwsRequest, AwsService } from "./protocol.ts";
import { stateFile } from "./state-file.ts";
import { elementText, escaped } from "./xml.ts";
import { xmlAnswer, xmlService } from "./xml-service.ts";

const root = "/2020-05-31";
const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
const longestChain = 10;

interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly distributionId: string;
  readonly domain: string;
  readonly etag: string;
  readonly certificateArn: string;
  readonly isActive: boolean;
}

/**
 * CloudFront's distribution tenants with managed certificates, as far as Postern uses them: one host each, and a
 * certificate that is there as soon as the local DNS leads the host to CloudFront.
 */
export function cloudfrontService(options: { records: DnsRecords; dir: string | undefined }): AwsService {
  const { values: tenants, save } = stateFile<Tenant>(options.dir, "distribution-tenants.json");
  const keep = async (tenant: Tenant) => {
    tenants.set(tenant.id, tenant);
    await save();
    return tenant;
  };
  const known = (id: string) => {
    const tenant = tenants.get(id);
    if (tenant === undefined) throw notFound();
    return tenant;
  };
  const pointsHere = (host: string) => leadsToCloudFront(options.records, host);

  async function create(xml: string): Promise<Tenant> {
    const domain = elementText(xml, "Domain") ?? "";
    if ([...tenants.values()].some((tenant) => tenant.domain === domain)) {
      throw new AwsError(409, "CNAMEAlreadyExists", `${domain} has a distribution tenant already.`);
    }
    if (!pointsHere(domain)) {
      throw new AwsError(400, "InvalidArgument", `${domain} does not point to CloudFront.`);
    }
    const id = `dt_${createHash("sha256").update(domain).digest("hex").slice(0, 24)}`;
    return keep({
      ...{ id, domain, etag: randomUUID(), isActive: false },
      name: elementText(xml, "Name") ?? "",
      distributionId: elementText(xml, "DistributionId") ?? "",
      certificateArn: `arn:aws:acm:us-east-1:000000000000:certificate/${randomUUID()}`,
    });
  }

  async function update(id: string, { headers, body }: AwsRequest): Promise<Tenant> {
    const tenant = known(id);
    if (headers["if-match"] !== tenant.etag) {
      throw new AwsError(412, "PreconditionFailed", "The tenant has changed.");
    }
    const wanted = elementText(body.toString("utf8"), "Arn");
    if (wanted !== undefined && wanted !== tenant.certificateArn) {
      throw new AwsError(400, "InvalidArgument", "There is no such certificate.");
    }
    const isActive = tenant.isActive || (wanted !== undefined && pointsHere(tenant.domain));
    return keep({ ...tenant, isActive, etag: randomUUID() });
  }

  async function perform(request: AwsRequest): Promise<AwsAnswer> {
    const { method, query } = request;
    const [topic, id = ""] = request.path.slice(root.length + 1).split("/");
    switch (`${method} ${topic}`) {
      case "POST distribution-tenant":
        return shown(201, await create(request.body.toString("utf8")));
      case "GET distribution-tenant": {
        const found = [...tenants.values()].find(({ domain }) => domain === query.get("domain"));
        return shown(200, found ?? known(id));
      }
      case "PUT distribution-tenant":
        return shown(200, await update(id, request));
      case "GET managed-certificate":
        return certificate(known(id), pointsHere(known(id).domain));
      default:
        throw new AwsError(404, "UnknownOperationException", `CloudFront ${method} ${topic} is not served.`);
    }
  }

  return xmlService(namespace, perform);
}

/** Whether a host is an alias, over however many others, of a name of CloudFront's. */
function leadsToCloudFront(records: DnsRecords, host: string): boolean {
  let name: string | undefined = host;
  for (let hop = 0; name !== undefined && hop < longestChain; hop += 1) {
    if (name.endsWith(".cloudfront.net")) return true;
    name = records.of(name).find(({ type }) => type === "CNAME")?.value;
  }
  return false;
}

function shown(status: number, tenant: Tenant): AwsAnswer {
  const state = tenant.isActive ? "active" : "inactive";
  const xml =
    `<DistributionTenant xmlns="${namespace}"><Id>${tenant.id}</Id>` +
    `<DistributionId>${escaped(tenant.distributionId)}</DistributionId><Name>${escaped(tenant.name)}</Name>` +
    `<Domains><member><Domain>${escaped(tenant.domain)}</Domain><Status>${state}</Status></member></Domains>` +
    "<Enabled>true</Enabled><Status>Deployed</Status></DistributionTenant>";
  return xmlAnswer(status, xml, { etag: tenant.etag });
}

function certificate({ certificateArn, domain }: Tenant, isIssued: boolean): AwsAnswer {
  return xmlAnswer(
    200,
    `<ManagedCertificateDetails xmlns="${namespace}"><CertificateArn>${certificateArn}</CertificateArn>` +
      `<CertificateStatus>${isIssued ? "issued" : "pending-validation"}</CertificateStatus>` +
      `<ValidationTokenHost>cloudfront</ValidationTokenHost><ValidationTokenDetails><member>` +
      `<Domain>${escaped(domain)}</Domain></member></ValidationTokenDetails></ManagedCertificateDetails>`,
  );
}

function notFound(): AwsError {
  return new AwsError(404, "EntityNotFound", "There is no such distribution tenant.");
}
