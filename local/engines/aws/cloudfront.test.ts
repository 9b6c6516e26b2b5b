import {
  CloudFrontClient,
  CreateDistributionTenantCommand,
  GetDistributionTenantByDomainCommand,
  GetManagedCertificateDetailsCommand,
  UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DnsRecords, dnsRecords } from "../dns/dns-records.ts";
import { startTestEndpoint, type TestEndpoint } from "./endpoint-test-kit.ts";

const host = "mt-link.example.com";
let aws: TestEndpoint;
let records: DnsRecords;
let cloudfront: CloudFrontClient;

beforeAll(async () => {
  records = dnsRecords(undefined);
  aws = await startTestEndpoint({ dnsRecords: records });
  cloudfront = new CloudFrontClient({ ...aws.reached, maxAttempts: 1 });
});
afterAll(() => aws.stop());

const create = () =>
  cloudfront.send(
    new CreateDistributionTenantCommand({
      ...{ DistributionId: "E1", Name: host, Domains: [{ Domain: host }] },
      ManagedCertificateRequest: { ValidationTokenHost: "cloudfront", PrimaryDomainName: host },
    }),
  );
const found = () => cloudfront.send(new GetDistributionTenantByDomainCommand({ Domain: host }));

it("takes a host only once it points to CloudFront, and serves it once its certificate is set", async () => {
  await expect(found()).rejects.toMatchObject({ name: "EntityNotFound" });
  await expect(create()).rejects.toMatchObject({ name: "InvalidArgument" });
  await records.set([
    { name: host, type: "CNAME", value: "t.postern.example" },
    { name: "t.postern.example", type: "CNAME", value: "d1.cloudfront.net" },
  ]);

  const { DistributionTenant: made } = await create();
  await expect(create()).rejects.toMatchObject({ name: "CNAMEAlreadyExists" });
  const { DistributionTenant: tenant, ETag } = await found();
  expect(tenant).toMatchObject({ Id: made?.Id, Domains: [{ Domain: host, Status: "inactive" }] });

  const Id = tenant?.Id ?? "";
  const details = await cloudfront.send(new GetManagedCertificateDetailsCommand({ Identifier: Id }));
  expect(details.ManagedCertificateDetails?.CertificateStatus).toBe("issued");
  const set = (IfMatch: string | undefined, Arn: string | undefined) =>
    cloudfront.send(
      new UpdateDistributionTenantCommand({ Id, IfMatch, Customizations: { Certificate: { Arn } } }),
    );
  const arn = details.ManagedCertificateDetails?.CertificateArn;
  await expect(set("stale", arn)).rejects.toMatchObject({ name: "PreconditionFailed" });
  await expect(set(ETag, "arn:aws:acm:us-east-1:1:certificate/other")).rejects.toMatchObject({
    name: "InvalidArgument",
  });
  await set(ETag, arn);
  expect((await found()).DistributionTenant?.Domains).toEqual([{ Domain: host, Status: "active" }]);
});
