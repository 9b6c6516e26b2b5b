import { randomUUID } from "node:crypto";
import { UpdateDistributionCommand } from "@aws-sdk/client-cloudfront";
import { UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import {
  CreateEmailIdentityCommand,
  DeleteEmailIdentityCommand,
  PutAccountDetailsCommand,
  PutAccountSendingAttributesCommand,
  UpdateConfigurationSetEventDestinationCommand,
} from "@aws-sdk/client-sesv2";
import { ListSubscriptionsCommand, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { type DoctorWorld, diagnosis, nameIn } from "./doctor.ts";

const mailHost = "postern.example";

/** Something that goes wrong, where the doctor is to see it, and what it is to say. */
interface Fault {
  readonly what: string;
  /** @returns what mends it */
  readonly break: (world: DoctorWorld) => Promise<() => Promise<unknown>>;
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

async function awsFault({ cloud }: DoctorWorld, fault: { function: string; call: string }) {
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
    async break({ cloud }) {
      await cloud.dns({ remove: [{ name: returnPath, type: "MX" }] });
      return () => cloud.dns({ records: [mx] });
    },
  },
  {
    what: "the return path's SPF record leaves Amazon out",
    points: ["dns"],
    says: ["is v=spf1 -all", 'smtp.postern.example TXT "v=spf1 include:amazonses.com ~all"'],
    async break({ cloud }) {
      await cloud.dns({ records: [{ ...spf, value: "v=spf1 -all" }] });
      return () => cloud.dns({ records: [spf] });
    },
  },
  {
    what: "the zone's name servers do not answer",
    points: ["dns"],
    says: ["no name server answers", "NS records of postern.example"],
    async break({ cloud }) {
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
    async break({ aws }) {
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
    async break({ aws }) {
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
    async break({ aws }) {
      await aws.ses.send(new DeleteEmailIdentityCommand({ EmailIdentity: mailHost }));
      return () => aws.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: mailHost }));
    },
  },
  {
    what: "SES refuses mail",
    points: ["mail"],
    says: ["Amazon SES refuses it: MailFromDomainNotVerifiedException"],
    async break({ cloud }) {
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
    async break({ aws, cloud }) {
      const ConfigurationSetName = await nameIn(cloud, "events", "Configuration set (bulk)");
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
    async break({ aws }) {
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
    async break({ aws }) {
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
    async break({ aws, cloud }) {
      const Name = await nameIn(cloud, "schedules", "PackLog");
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
    async break({ aws, cloud }) {
      const Id = await nameIn(cloud, "edge", `Distribution of t.${mailHost}`);
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
    async break({ cloud }) {
      const found = await diagnosis(cloud, ["dns"]);
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
    break: (world) => awsFault(world, { function: "RecordEvents", call: "dynamodb:*" }),
  },
  {
    what: "the dispatcher of webhooks cannot open its secrets",
    points: ["webhook"],
    says: ["DispatchWebhooks has not worked off its tick", "log of DispatchWebhooks"],
    break: (world) => awsFault(world, { function: "DispatchWebhooks", call: "kms:Decrypt" }),
  },
  {
    what: "the recipients' pages fail",
    points: ["webhook"],
    says: ["did not answer with 200", "logs of RecipientPages"],
    break: (world) => awsFault(world, { function: "RecipientPages", call: "*" }),
  },
];

/** One after the other in the same installation: each is mended before the next. */
export const faults: readonly Fault[] = [...inDns, ...atSes, ...onTheWay, ...atTheEdge, ...inFunctions];
