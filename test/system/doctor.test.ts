import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFrontClient, UpdateDistributionCommand } from "@aws-sdk/client-cloudfront";
import { SchedulerClient, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import {
  CreateEmailIdentityCommand,
  DeleteEmailIdentityCommand,
  PutAccountDetailsCommand,
  PutAccountSendingAttributesCommand,
  SESv2Client,
  UpdateConfigurationSetEventDestinationCommand,
} from "@aws-sdk/client-sesv2";
import {
  ListSubscriptionsCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Template as LocalTemplate } from "../../local/template/template.ts";
import type { Finding } from "../../shared/contracts/operator-answers.ts";
import { newApp } from "../infra/synthesized.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { runProgram } from "../support/operator-program.ts";
import { serverCertificate } from "../support/server-certificate.ts";

const mailHost = "postern.example";
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

let cloud: LocalCloud;
let aws: {
  ses: SESv2Client;
  sns: SNSClient;
  sqs: SQSClient;
  scheduler: SchedulerClient;
  cloudfront: CloudFrontClient;
};

beforeAll(async () => {
  // With a distribution of CloudFront to look at.
  const { stack } = newApp({ local: true, customTrackingHosts: true });
  cloud = await startLocalCloud({
    templatePatch: () => Template.fromStack(stack).toJSON() as LocalTemplate,
  });
  const endpoints = await cloud.awsEndpoints();
  const at = (endpoint: string) => ({ endpoint, region: "us-east-1", credentials });
  aws = {
    ses: new SESv2Client(at(endpoints.SESV2)),
    sns: new SNSClient(at(endpoints.SNS)),
    sqs: new SQSClient(at(endpoints.SQS)),
    scheduler: new SchedulerClient(at(endpoints.SCHEDULER)),
    cloudfront: new CloudFrontClient(at(endpoints.CLOUDFRONT)),
  };
});
afterAll(async () => {
  for (const client of Object.values(aws)) client.destroy();
  await cloud.stop();
});

interface Diagnosis {
  readonly code: number;
  readonly findings: readonly Finding[];
  /** What is wrong, as the doctor says it. */
  readonly text: string;
}

async function diagnosis(points: readonly string[] = [], wait = 45, of = cloud): Promise<Diagnosis> {
  const only = points.length === 0 ? [] : ["--only", ...points];
  const { code, out } = await runProgram(of, ["doctor", ...only, "--wait", String(wait), "--json"]);
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const wrong = findings.filter(({ outcome }) => outcome === "failed" || outcome === "warning");
  return {
    code,
    findings,
    text: wrong.map(({ name, says, remedy }) => `${name}: ${says} ${remedy}`).join("\n"),
  };
}

/** A physical name, as a finding begins with it. */
async function nameIn(point: string, finding: string): Promise<string> {
  const { findings } = await diagnosis([point]);
  return findings.find(({ name }) => name === finding)?.says.split(/[ ,]/)[0] ?? "";
}

/** Something that goes wrong, where the doctor is to see it, and what it is to say. */
interface Fault {
  readonly what: string;
  /** @returns what mends it */
  readonly break: () => Promise<() => Promise<unknown>>;
  readonly points: readonly string[];
  readonly says: readonly string[];
  readonly isWarning?: boolean;
}

const returnPath = `smtp.${mailHost}`;
const mx = { name: returnPath, type: "MX", value: "10 feedback-smtp.us-east-1.amazonses.com" } as const;
const spf = {
  name: returnPath,
  type: "TXT",
  value: "v=spf1 include:amazonses.com ip4:127.0.0.1 ~all",
} as const;

async function awsFault(fault: { function: string; call: string }) {
  await cloud.faults({ aws: { ...fault, effect: "error" } });
  return () => cloud.faults({});
}

const inDns: Fault[] = [
  {
    what: "the return path's MX record is gone",
    points: ["dns"],
    says: [
      "no MX record at smtp.postern.example",
      "record: smtp.postern.example MX 10 feedback-smtp.us-east-1",
    ],
    async break() {
      await cloud.dns({ remove: [{ name: returnPath, type: "MX" }] });
      return () => cloud.dns({ records: [mx] });
    },
  },
  {
    what: "the return path's SPF record leaves Amazon out",
    points: ["dns"],
    says: ["is v=spf1 -all", 'smtp.postern.example TXT "v=spf1 include:amazonses.com ~all"'],
    async break() {
      await cloud.dns({ records: [{ ...spf, value: "v=spf1 -all" }] });
      return () => cloud.dns({ records: [spf] });
    },
  },
  {
    what: "the zone's name servers do not answer",
    points: ["dns"],
    says: ["no name server answers", "NS records of postern.example"],
    async break() {
      await cloud.dns({ faults: { [mailHost]: "servfail" } });
      return () => cloud.dns({ faults: { [mailHost]: null } });
    },
  },
];

const atSes: Fault[] = [
  {
    what: "sending is paused",
    points: ["ses", "mail"],
    says: [
      "sending is paused for this AWS account",
      "put-account-sending-attributes",
      "SendingPausedException",
    ],
    async break() {
      const set = (SendingEnabled: boolean) =>
        aws.ses.send(new PutAccountSendingAttributesCommand({ SendingEnabled }));
      await set(false);
      return () => set(true);
    },
  },
  {
    what: "the account is in the sandbox",
    points: ["ses"],
    says: ["sandbox", "Request production access"],
    isWarning: true,
    async break() {
      const set = (ProductionAccessEnabled: boolean) =>
        aws.ses.send(
          new PutAccountDetailsCommand({
            ...{ ProductionAccessEnabled, MailType: "TRANSACTIONAL", WebsiteURL: "https://postern.example" },
          }),
        );
      await set(false);
      return () => set(true);
    },
  },
  {
    what: "the mail host is no identity",
    points: ["ses"],
    says: ["postern.example is no identity", "create-email-identity"],
    async break() {
      await aws.ses.send(new DeleteEmailIdentityCommand({ EmailIdentity: mailHost }));
      return () => aws.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: mailHost }));
    },
  },
  {
    what: "SES refuses mail",
    points: ["mail"],
    says: ["Amazon SES refuses it: MailFromDomainNotVerifiedException"],
    async break() {
      await cloud.faults({ ses: { effect: "refuse", exception: "MailFromDomainNotVerifiedException" } });
      return () => cloud.faults({});
    },
  },
];

const onTheWay: Fault[] = [
  {
    what: "an event destination is disabled",
    points: ["events"],
    says: ["Event destination (bulk)", "is disabled", "update-configuration-set-event-destination"],
    async break() {
      const ConfigurationSetName = await nameIn("events", "Configuration set (bulk)");
      const set = (Enabled: boolean) =>
        aws.ses.send(
          new UpdateConfigurationSetEventDestinationCommand({
            ...{ ConfigurationSetName, EventDestinationName: "Events", EventDestination: { Enabled } },
          }),
        );
      await set(false);
      return () => set(true);
    },
  },
  {
    what: "nobody hands SES's notifications on to the queue",
    points: ["events", "mail"],
    says: [
      "does not hand on to the queue arn:aws:sqs:us-east-1:000000000000:Postern-EventsQueue",
      "aws sns subscribe --topic-arn",
      "no word of it has come to the queue Events",
    ],
    async break() {
      const { Subscriptions = [] } = await aws.sns.send(new ListSubscriptionsCommand());
      const { SubscriptionArn, TopicArn, Endpoint } =
        Subscriptions.find((one) => one.Endpoint?.endsWith(":Postern-EventsQueue")) ?? {};
      await aws.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      const Attributes = { RawMessageDelivery: "true" };
      return () => aws.sns.send(new SubscribeCommand({ TopicArn, Endpoint, Protocol: "sqs", Attributes }));
    },
  },
  {
    what: "the queue's policy does not let SNS in",
    points: ["events"],
    says: ["does not let SNS send to it", "lacks the permission sqs:SendMessage for sns.amazonaws.com"],
    async break() {
      const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: "Postern-EventsQueue" }));
      const { Attributes: { Policy = "" } = {} } = await aws.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }),
      );
      const set = (policy: string) =>
        aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy } }));
      await set(JSON.stringify({ Version: "2012-10-17", Statement: [] }));
      return () => set(Policy);
    },
  },
  {
    what: "a schedule is disabled",
    points: ["schedules"],
    says: ["PackLog: the schedule", "is disabled: PackLog does not run", "Enable it"],
    async break() {
      const Name = await nameIn("schedules", "PackLog");
      const set = (State: "ENABLED" | "DISABLED") =>
        aws.scheduler.send(
          new UpdateScheduleCommand({
            ...{ Name, State, ScheduleExpression: "rate(5 minutes)", FlexibleTimeWindow: { Mode: "OFF" } },
            Target: { Arn: "arn:aws:lambda:us-east-1:0:function:PackLog", RoleArn: "arn:aws:iam::0:role/r" },
          }),
        );
      await set("DISABLED");
      return () => set("ENABLED");
    },
  },
];

const atTheEdge: Fault[] = [
  {
    what: "a distribution is disabled",
    points: ["edge"],
    says: [`Distribution of t.${mailHost}`, "is disabled", "Enable it in the CloudFront console"],
    async break() {
      const Id = await nameIn("edge", `Distribution of t.${mailHost}`);
      const set = (Enabled: boolean) =>
        aws.cloudfront.send(
          new UpdateDistributionCommand({
            ...{ Id, IfMatch: "any" },
            DistributionConfig: {
              ...{ CallerReference: randomUUID(), Comment: "", Origins: { Quantity: 0, Items: [] } },
              DefaultCacheBehavior: { TargetOriginId: "tracking", ViewerProtocolPolicy: "https-only" },
              Enabled,
            },
          }),
        );
      await set(false);
      return () => set(true);
    },
  },
  {
    what: "the tracking hosts' name leads nowhere",
    points: ["dns"],
    says: ["there is no CNAME record at t.postern.example", "TrackingHostsEndpoint"],
    async break() {
      const found = await diagnosis(["dns"]);
      expect(found.text).toBe("");
      const name = `t.${mailHost}`;
      await cloud.dns({ remove: [{ name, type: "CNAME" }] });
      return () => cloud.dns({ records: [{ name, type: "CNAME", value: "d1.cloudfront.net" }] });
    },
  },
];

const inFunctions: Fault[] = [
  {
    what: "the recorder cannot write",
    points: ["mail"],
    says: ["RecordEvents did not record its delivery", "log of RecordEvents"],
    break: () => awsFault({ function: "RecordEvents", call: "dynamodb:*" }),
  },
  {
    what: "the dispatcher of webhooks cannot open its secrets",
    points: ["webhook"],
    says: ["DispatchWebhooks has not worked off its tick", "log of DispatchWebhooks"],
    break: () => awsFault({ function: "DispatchWebhooks", call: "kms:Decrypt" }),
  },
  {
    what: "the recipients' pages fail",
    points: ["webhook"],
    says: ["did not answer with 200", "logs of RecipientPages"],
    break: () => awsFault({ function: "RecipientPages", call: "*" }),
  },
];

describe("the doctor", () => {
  it("finds a fresh installation healthy", async () => {
    const { code, text } = await diagnosis();
    expect([code, text]).toEqual([0, ""]);
    const shown = await runProgram(cloud, ["doctor", "--only", "dns", "ses"]);
    expect(shown.out).toMatch(/Healthy: 8 points hold\.$/);
    expect(Math.max(...shown.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each([...inDns, ...atSes, ...onTheWay, ...atTheEdge, ...inFunctions])(
    "sees that $what",
    async (fault) => {
      const mend = await fault.break();
      try {
        const { code, text } = await diagnosis(fault.points, 8);
        for (const part of fault.says) expect(text).toContain(part);
        expect(code).toBe(fault.isWarning === true ? 0 : 1);
      } finally {
        await mend();
      }
      // The way to the simulator and back is proved once, at the end.
      const quick = fault.points.filter((point) => !["mail", "webhook"].includes(point));
      if (quick.length > 0) expect((await diagnosis(quick)).text).toBe("");
    },
  );

  it("finds it healthy again when all is mended", async () => {
    await cloud.advanceClock({ minutes: 10 });
    const { code, text } = await diagnosis();
    expect([code, text]).toEqual([0, ""]);
  });
});

describe("the doctor, of an SMTP door whose certificate ends soon,", () => {
  const hosts = ["localhost", "live.localhost", "bulk.localhost"];
  let stateFolder = "";
  let ending: LocalCloud;
  beforeAll(async () => {
    stateFolder = await mkdtemp(join(tmpdir(), "postern-test-"));
    await mkdir(join(stateFolder, "data"));
    const certificate = serverCertificate(hosts, Date.now() + 5.5 * 86_400_000);
    await writeFile(join(stateFolder, "data/gateway-certificate.json"), JSON.stringify(certificate));
    ending = await startLocalCloud({ stateFolder });
  });
  afterAll(async () => {
    await ending.stop();
    await rm(stateFolder, { recursive: true, force: true });
  });

  it("warns of it at each host and port, and names the secret", async () => {
    const { code, findings, text } = await diagnosis(["smtp"], 8, ending);
    expect(findings.map(({ name, outcome }) => [name, outcome])).toEqual(
      ["live", "bulk"].flatMap((host) => [
        [`${host}.localhost (STARTTLS)`, "warning"],
        [`${host}.localhost (TLS)`, "warning"],
      ]),
    );
    expect(text).toContain("the certificate of bulk.localhost ends in 5 days");
    expect(text).toContain("put-secret-value --secret-id <smtpCertificateSecretArn>");
    expect(code).toBe(0);
  });
});
