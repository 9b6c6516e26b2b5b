import { describe, expect, it } from "vitest";
import { asText, newApp, ofType, synthesize, variablesOf } from "./synthesized.ts";

const zone = { hostedZoneId: "Z0123456789ABC", mailHost: "mail.example.com", hostedZoneName: "example.com" };
const resources = synthesize({ ...zone, customTrackingHosts: true });
const alias = (of: typeof resources) =>
  ofType(of, "AWS::Route53::RecordSet").find(
    ([, { Properties }]) => Properties.Name === "t.mail.example.com.",
  );

describe("customers' own tracking hosts", () => {
  it("are tenants of one distribution before the tracking API, which caches nothing", () => {
    const [distribution] = ofType(resources, "AWS::CloudFront::Distribution");
    const { DistributionConfig: config } = distribution?.[1].Properties ?? {};
    expect(config).toMatchObject({
      ConnectionMode: "tenant-only",
      DefaultCacheBehavior: {
        // CachingDisabled, a managed policy.
        CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        ViewerProtocolPolicy: "redirect-to-https",
      },
    });
    expect(config.Origins[0].DomainName).toBe("track.mail.example.com");
    expect(config.Origins[0].OriginCustomHeaders[0].HeaderName).toBe("x-postern-origin");
  });

  it("show the tracking API a secret, so that it believes from where they were asked", () => {
    const [distribution] = ofType(resources, "AWS::CloudFront::Distribution");
    const shown =
      distribution?.[1].Properties.DistributionConfig.Origins[0].OriginCustomHeaders[0].HeaderValue;
    expect(variablesOf(resources, "RecipientPages")["ORIGIN_SECRET"]).toEqual(shown);
  });

  it("are what the operator's name for them leads to; without them it leads to the shared host", () => {
    const [[group = ""] = []] = ofType(resources, "AWS::CloudFront::ConnectionGroup");
    expect(alias(resources)?.[1].Properties.ResourceRecords.map(asText)).toEqual([
      `<${group}.RoutingEndpoint>`,
    ]);
    expect(alias(synthesize(zone))?.[1].Properties.ResourceRecords).toEqual(["track.mail.example.com"]);
  });

  it("are opened by the function alone that looks at domains", () => {
    const opening = ofType(resources, "AWS::IAM::Policy").filter(([, { Properties }]) =>
      JSON.stringify(Properties.PolicyDocument).includes("cloudfront:CreateDistributionTenant"),
    );
    expect(opening.flatMap(([, { Properties }]) => Properties.Roles)).toHaveLength(1);
    expect(variablesOf(resources, "CheckDomains")).toMatchObject({
      TRACKING_DISTRIBUTION_ID: expect.anything(),
      TRACKING_CONNECTION_GROUP_ID: expect.anything(),
    });
    expect(variablesOf(resources, "Api")["CUSTOM_TRACKING_HOSTS"]).toBe("true");
  });

  it("are not there unless the operator wants them", () => {
    expect(ofType(synthesize(zone), "AWS::CloudFront::ConnectionGroup")).toEqual([]);
  });

  it("pass the AwsSolutions rules", () => {
    const { app } = newApp({ ...zone, customTrackingHosts: true });
    expect(() => app.synth()).not.toThrow();
  });
});
