import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Duration, Stack } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { describe, expect, it } from "vitest";
import { ServiceFunction } from "../../cdk/defaults/service-function.ts";
import { ServiceQueue } from "../../cdk/defaults/service-queue.ts";
import { Sending } from "../../cdk/parts/sending.ts";
import { newApp, ofType, type Resources, synthesize } from "./synthesized.ts";

const aws = synthesize({});
const zone = { hostedZoneId: "Z0123456789ABC", mailHost: "mail.example.com", hostedZoneName: "example.com" };

const freePlan = {
  ...{ name: "free", family: "free", emailsPerMonth: 1_000, emailsPerDay: 50, emailsPerHour: 50 },
  ...{ dollarsPerMonth: 0, overagePer1000: null, users: 1, domains: 1, logDays: 3 },
};
const many = (plan: object, count: number) =>
  Array.from({ length: count }, (_, place) => ({ ...plan, name: `plan${place}` }));

describe("synthesis", () => {
  it("passes the AwsSolutions rules", () => {
    const { app } = newApp({ mailHost: "mail.example.com" });
    const { directory } = app.synth();
    expect(reportIn(directory).pluginReports).toEqual([]);
  });

  it("fails when something breaks a rule", () => {
    const { app, stack } = newApp();
    new Bucket(stack, "PublicBucket");
    expect(() => app.synth()).toThrow();
    const rules = reportIn(app.outdir).pluginReports.flatMap(({ violations }) =>
      violations.map(({ ruleName }) => ruleName),
    );
    expect(rules).toContain("AwsSolutions-S10");
  });

  it("declares the same for this machine as for AWS", () => {
    const smtpCertificateSecretArn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:smtp-AbCdEf";
    const whole = synthesize({ smtpDoor: true, smtpCertificateSecretArn, incomingMail: true });
    expect(shapeOf(synthesize({ local: true }))).toEqual(shapeOf(whole));
  });

  it("fails for a queue that nothing works off", () => {
    const { app, stack } = newApp({ local: true });
    new ServiceQueue(stack, "ForgottenQueue", queueProps);
    expect(() => app.synth()).toThrow(/Nothing works off the queue ForgottenQueue/);
  });

  it("fails for a function whose source does not exist", () => {
    const { app, stack } = newApp({ local: true });
    newFunction(stack, "no-such-folder", Duration.seconds(1));
    expect(() => app.synth()).toThrow(/functions\/no-such-folder\/handler\.ts does not exist/);
  });

  it("refuses a second consumer of a queue, and one that runs longer than its messages are hidden for", () => {
    const { stack } = newApp({ local: true });
    const queue = new ServiceQueue(stack, "AnyQueue", queueProps);
    expect(() => queue.workOff(newFunction(stack, "slow", Duration.seconds(31)), {})).toThrow(
      /may run longer/,
    );
    queue.workOff(newFunction(stack, "one", Duration.seconds(30)), {});
    expect(() => queue.workOff(newFunction(stack, "two", Duration.seconds(30)), {})).toThrow(
      /has a consumer/,
    );
  });

  it("refuses a stream that does not exist", () => {
    const { stack } = newApp({ local: true });
    const stream = "marketing" as "bulk";
    expect(() => new Sending(stack, "SendMarketing", { stream } as never)).toThrow(/transactional/);
  });

  it("refuses parts outside a deployment", () => {
    expect(() => newFunction(new Stack(), "send", Duration.seconds(1))).toThrow(/Deployment/);
  });
});

describe("the operator's settings", () => {
  it.each([
    [{ mailHost: "not a host" }, "mailHost"],
    [{ smtpRoute: "pigeon" }, "smtpRoute"],
    [{ operatorEmail: "nobody" }, "operatorEmail"],
    [{ logRetentionDays: "31" }, "logRetentionDays"],
    [{ environment: "Production!" }, "environment"],
    [{ transactionalConcurrency: "1" }, "transactionalConcurrency"],
    [{ smtpConnectionsPerAddress: "0" }, "smtpConnectionsPerAddress"],
    [{ trackingRequestsPerSecond: "9" }, "trackingRequestsPerSecond"],
    [{ ...zone, hostedZoneName: "other.example" }, "hostedZoneName"],
    [{ plans: "[{}]" }, "plans"],
    [{ plans: "no JSON" }, "plans"],
    [{ plans: [{ ...freePlan, name: "gratis" }] }, "one plan must be named free"],
    [{ plans: [freePlan, freePlan] }, "two plans have one name"],
    [{ plans: [freePlan, { ...freePlan, name: "odd", price: 3 }] }, "price"],
    [{ plans: [freePlan, ...many(freePlan, 20)] }, "too long"],
    [{ smtpRoute: "mx", smtpRelaySecretArn: "arn:aws:secretsmanager:x" }, "smtpRelaySecretArn"],
  ])("%o are refused by name", (context, name) => {
    expect(() => newApp(context)).toThrow(new RegExp(`The context is wrong[\\s\\S]*${name}`));
  });

  it("come from the command line as text", () => {
    const resources = synthesize({ local: "true", logRetentionDays: "90", bulkConcurrency: "7" });
    expect(resources["DeliverBulk"]?.Properties.ReservedConcurrentExecutions).toBe(7);
    const retentions = ofType(resources, "AWS::Logs::LogGroup").map(
      ([, log]) => log.Properties.RetentionInDays,
    );
    expect(new Set(retentions)).toEqual(new Set([90]));
  });

  it("tell every function of the operator's own plans, and of none otherwise", () => {
    const plans = JSON.stringify([freePlan]);
    const own = ofType(synthesize({ local: true, plans }), "AWS::Lambda::Function");
    for (const [, { Properties }] of own) expect(Properties.Environment.Variables.PLANS).toBe(plans);
    const usual = ofType(synthesize({ local: true }), "AWS::Lambda::Function");
    for (const [, { Properties }] of usual) {
      expect(Properties.Environment?.Variables ?? {}).not.toHaveProperty("PLANS");
    }
  });

  it("bound what strangers ask of the tracking host, and nobody else", () => {
    const resources = synthesize({ local: true, trackingRequestsPerSecond: "300" });
    const stages = ofType(resources, "AWS::ApiGatewayV2::Stage").map(([, { Properties }]) => [
      Properties.ApiId.Ref,
      Properties.DefaultRouteSettings,
    ]);
    const throttle = { ThrottlingRateLimit: 300, ThrottlingBurstLimit: 600 };
    expect(Object.fromEntries(stages)).toEqual({
      ...{ SendApi: undefined, BulkApi: undefined, GeneralApi: undefined },
      TrackingApi: throttle,
    });
  });

  it("give each environment a stack of its own", () => {
    expect(newApp({ local: true, environment: "staging" }).stack.stackName).toBe("Postern-staging");
  });

  it("with an address, have alarms sent there", () => {
    const resources = synthesize({ operatorEmail: "ops@example.com" });
    const mailed = ofType(resources, "AWS::SNS::Subscription").filter(
      ([, { Properties }]) => Properties.Protocol === "email",
    );
    expect(mailed.map(([, { Properties }]) => Properties.Endpoint)).toEqual(["ops@example.com"]);
  });

  it("with a zone, give each host a name, a certificate and no other door", () => {
    const resources = synthesize(zone);
    const names = ofType(resources, "AWS::ApiGatewayV2::DomainName").map(
      ([, { Properties }]) => Properties.DomainName,
    );
    expect(names.toSorted()).toEqual([
      "api.mail.example.com",
      "bulk.mail.example.com",
      "send.mail.example.com",
      "track.mail.example.com",
    ]);
    expect(ofType(resources, "AWS::CertificateManager::Certificate")).toHaveLength(4);
    expect(
      ofType(resources, "AWS::Route53::RecordSet")
        .filter(([, { Properties }]) => Properties.Type === "A")
        .map(([, { Properties }]) => Properties.Name)
        .toSorted(),
    ).toEqual(names.toSorted().map((name: string) => `${name}.`));
    for (const [, api] of ofType(resources, "AWS::ApiGatewayV2::Api")) {
      expect(api.Properties.DisableExecuteApiEndpoint).toBe(true);
    }
    expect(resources["DeliverBulk"]?.Properties.Environment.Variables.TRACKING_URL).toBe(
      "https://track.mail.example.com",
    );
  });

  it("leave what is the operator's own in AWS out on this machine", () => {
    const smtpRelaySecretArn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:relay-AbCdEf";
    const resources = synthesize({
      ...zone,
      local: true,
      operatorEmail: "ops@example.com",
      smtpRelaySecretArn,
    });
    expect(ofType(resources, "AWS::ApiGatewayV2::DomainName")).toEqual([]);
    expect(
      ofType(resources, "AWS::SNS::Subscription").map(([, { Properties }]) => Properties.Protocol),
    ).toEqual(["sqs", "sqs"]);
    expect(resources["DeliverBulk"]?.Properties.Environment.Variables.SMTP_RELAY_SECRET_ARN).toEqual({
      Ref: "SmtpRelaySecret",
    });
  });

  it("without a zone, ask for no certificate", () => {
    expect(ofType(aws, "AWS::CertificateManager::Certificate")).toEqual([]);
  });
});

const queueProps = {
  consumerTimeout: Duration.seconds(30),
  oldestShouldBe: Duration.minutes(1),
  runbook: { deadLetters: "delivery-dead-letters", age: "delivery-queue-age" },
};

function newFunction(scope: Stack, folder: string, timeout: Duration): ServiceFunction {
  return new ServiceFunction(scope, `Function-${folder}`, {
    folder,
    description: "of a test",
    timeout,
    memorySize: 128,
  });
}

/** Functions, tables, queues, routes: their kinds and names, without what the environment decides. */
function shapeOf(resources: Resources): string[] {
  return (
    Object.entries(resources)
      // On this machine there is always a DNS; in AWS only with a zone.
      .filter(([, { Type }]) => Type !== "AWS::Route53::RecordSet")
      .map(([id, { Type }]) => `${Type} ${id}`)
  );
}

interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
}

function reportIn(directory: string): Report {
  return JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8"));
}
