import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newApp, ofType, type Resources, synthesize } from "./synthesized.ts";

const smtp = {
  smtpDoor: true,
  smtpCertificateSecretArn: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:smtp-AbCdEf",
};
const zone = { hostedZoneId: "Z0123456789ABC", mailHost: "mail.example.com", hostedZoneName: "example.com" };
const edge = {
  edgeCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
};
const whole = { ...smtp, ...zone, ...edge };
const resources = synthesize(whole);

const only = (type: string, template: Resources = resources) => {
  const [found, ...others] = ofType(template, type).map(([, { Properties }]) => Properties);
  expect(others).toEqual([]);
  return found;
};

describe("the SMTP door", () => {
  it("is there only where the operator wants it", () => {
    expect(ofType(synthesize({}), "AWS::ECS::Service")).toEqual([]);
    expect(ofType(synthesize({}), "AWS::CloudFront::Function")).toEqual([]);
  });

  it("needs a certificate, and CloudFront a zone", () => {
    expect(() => newApp({ smtpDoor: true })).toThrow(/smtpCertificateSecretArn/);
    expect(() => newApp({ ...smtp, ...edge })).toThrow(/edgeCertificateArn/);
  });

  it("passes the AwsSolutions rules with all that belongs to it", () => {
    const { app } = newApp(whole);
    const { directory } = app.synth();
    const report = JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8"));
    expect(report.pluginReports).toEqual([]);
  });

  it("listens where mail programs look, and hands the client's address on", () => {
    const listeners = ofType(resources, "AWS::ElasticLoadBalancingV2::Listener").map(([, { Properties }]) => [
      Properties.Port,
      Properties.Protocol,
    ]);
    expect(Object.fromEntries(listeners)).toEqual({
      25: "TCP",
      587: "TCP",
      2525: "TCP",
      465: "TCP",
      443: "TLS",
      8443: "TLS",
    });
    const groups = ofType(resources, "AWS::ElasticLoadBalancingV2::TargetGroup").map(([, { Properties }]) => [
      Properties.Port,
      Properties.TargetGroupAttributes.some(
        ({ Key, Value }: { Key: string; Value: string }) =>
          Key === "proxy_protocol_v2.enabled" && Value === "true",
      ),
    ]);
    expect(Object.fromEntries(groups)).toEqual({ 2525: true, 2465: true, 8080: false, 8081: false });
  });

  it("knows how many connections the operator allows an address", () => {
    const told = (context: Readonly<Record<string, unknown>>) => {
      const [container] = only("AWS::ECS::TaskDefinition", synthesize(context)).ContainerDefinitions;
      const variables: { Name: string; Value: string }[] = container.Environment;
      return variables.find(({ Name }) => Name === "SMTP_CONNECTIONS_PER_ADDRESS")?.Value;
    };
    expect(told(smtp)).toBe("10");
    expect(told({ ...smtp, smtpConnectionsPerAddress: "40" })).toBe("40");
  });

  it("lets its connections end before a container goes", () => {
    const [container] = only("AWS::ECS::TaskDefinition").ContainerDefinitions;
    expect(container).toMatchObject({ StopTimeout: 120, ReadonlyRootFilesystem: true });
    for (const [, { Properties }] of ofType(resources, "AWS::ElasticLoadBalancingV2::TargetGroup")) {
      expect(Properties.TargetGroupAttributes).toContainEqual({
        Key: "deregistration_delay.timeout_seconds",
        Value: "120",
      });
      expect(Properties).toMatchObject({ HealthCheckProtocol: "HTTP", HealthCheckPort: "8090" });
    }
  });

  it("runs on arm64, at least twice, and grows by processor use and by connections", () => {
    expect(only("AWS::ECS::TaskDefinition").RuntimePlatform.CpuArchitecture).toBe("ARM64");
    expect(only("AWS::ApplicationAutoScaling::ScalableTarget")).toMatchObject({ MinCapacity: 2 });
    const policies = ofType(resources, "AWS::ApplicationAutoScaling::ScalingPolicy");
    expect(new Set(policies.map(([, { Properties }]) => Properties.PolicyType))).toEqual(
      new Set(["TargetTrackingScaling", "StepScaling"]),
    );
  });

  it("has no NAT gateway to pay for", () => {
    expect(ofType(resources, "AWS::EC2::NatGateway")).toEqual([]);
    expect(ofType(resources, "AWS::EC2::VPCEndpoint")).toHaveLength(2);
  });

  it("may read its own certificate, and of the tables and queues what accepting needs", () => {
    const role = only("AWS::ECS::TaskDefinition").TaskRoleArn["Fn::GetAtt"][0];
    const actions = ofType(resources, "AWS::IAM::Policy")
      .filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action }) => Action);
    expect([...new Set(actions)].toSorted()).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
      "s3:AbortMultipartUpload",
      "s3:PutObject",
      "secretsmanager:GetSecretValue",
      "sqs:SendMessage",
    ]);
  });
});

describe("CloudFront", () => {
  const distributions = ofType(resources, "AWS::CloudFront::Distribution").map(
    ([, { Properties }]) => Properties.DistributionConfig,
  );

  it("stands before the send and bulk hosts, with both origins under the ids that its function knows", () => {
    expect(distributions.map(({ Aliases }) => Aliases)).toEqual([
      ["send.mail.example.com"],
      ["bulk.mail.example.com"],
    ]);
    const source = only("AWS::CloudFront::Function").FunctionCode;
    const [, chosen] = /selectRequestOriginById\("(\w+)"\)/.exec(source) ?? [];
    for (const { Origins, DefaultCacheBehavior } of distributions) {
      expect(Origins.map(({ Id }: { Id: string }) => Id)).toEqual(["functions", chosen]);
      expect(DefaultCacheBehavior.TargetOriginId).toBe("functions");
      expect(DefaultCacheBehavior.FunctionAssociations).toHaveLength(1);
    }
  });

  it("takes the hosts' names over from the HTTP APIs, and keeps their address open for itself", () => {
    const names = ofType(resources, "AWS::ApiGatewayV2::DomainName").map(
      ([, { Properties }]) => Properties.DomainName,
    );
    expect(names.toSorted()).toEqual(["api.mail.example.com", "track.mail.example.com"]);
    for (const id of ["SendTransactional", "SendBulk"]) {
      expect(resources[id]?.Properties.Environment.Variables).toHaveProperty("ORIGIN_SECRET");
    }
  });
});
