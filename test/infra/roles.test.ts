import { describe, expect, it } from "vitest";
import { logsAndTracesOf, permissionsOf, withSortedActions } from "./permissions.ts";
import { asText, ofType, type Resources, synthesize } from "./synthesized.ts";

const resources = synthesize();

const identities = "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*";

// What a function may do besides writing its own log and its traces.
const send = (stream: "Transactional" | "Bulk") => ({
  "<AccountsTable.Arn>": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
  "<AccountsTable.Arn>/index/byTokenHash": ["dynamodb:Query"],
  "<CountersTable.Arn>": ["dynamodb:UpdateItem"],
  "<QuotaTable.Arn>": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
  "<IdempotencyTable.Arn>": ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
  "<NoticesTable.Arn>": ["dynamodb:PutItem"],
  "<MessagesTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:PutItem"],
  "<PayloadsBucket.Arn>/*": ["s3:PutObject"],
  [`<Deliver${stream}Queue.Arn>`]: ["sqs:SendMessage"],
});

const receive = [
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
  "sqs:ReceiveMessage",
];

const deliver = (stream: "Transactional" | "Bulk") => ({
  "<AccountsTable.Arn>": ["dynamodb:GetItem"],
  "<CountersTable.Arn>": ["dynamodb:UpdateItem"],
  "<QuotaTable.Arn>": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
  "<MessagesTable.Arn>": ["BatchWriteItem", "GetItem", "PutItem", "UpdateItem"].map(
    (name) => `dynamodb:${name}`,
  ),
  "<StatsTable.Arn>": ["dynamodb:UpdateItem"],
  "<SuppressionsTable.Arn>": ["dynamodb:BatchGetItem"],
  "<PayloadsBucket.Arn>/*": ["s3:GetObject", "s3:PutObject"],
  "<LogBucket.Arn>/sent/*": ["s3:PutObject"],
  [`<Deliver${stream}Queue.Arn>`]: [...receive, "sqs:SendMessage"],
  "<EventsQueue.Arn>": ["sqs:SendMessage"],
  "<DkimKey.Arn>": ["kms:Decrypt"],
  "<SmtpRelaySecret>": ["secretsmanager:GetSecretValue"],
  "<LinkSecret>": ["secretsmanager:GetSecretValue"],
  [configurationSetOf(`Deliver${stream}`)]: ["ses:SendEmail", "ses:SendRawEmail"],
  [identities]: ["ses:SendEmail", "ses:SendRawEmail"],
});

const letGo = {
  "<MessagesTable.Arn>": ["dynamodb:BatchWriteItem", "dynamodb:Query"],
  "<PayloadsBucket.Arn>/*": ["s3:GetObject"],
};

const manageDomains = {
  "<AccountsTable.Arn>": [
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
  ],
  "<DkimKey.Arn>": ["kms:Decrypt", "kms:Encrypt"],
  "arn:<AWS::Partition>:route53:::hostedzone/ZLOCAL": ["route53:ChangeResourceRecordSets"],
  "<NoticesTable.Arn>": ["dynamodb:PutItem"],
  [identities]: [
    "ses:CreateEmailIdentity",
    "ses:DeleteEmailIdentity",
    "ses:PutEmailIdentityDkimSigningAttributes",
    "ses:PutEmailIdentityMailFromAttributes",
  ],
};

const queues = [
  ...["DeliverTransactional", "DeliverBulk", "Events"],
  ...["WebhookTicks", "SlowWebhookTicks", "ListTransfers", "IncomingMail"],
];
const takeOut = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
const putBack = (queue: string) => [
  [`<${queue}Queue.Arn>`, ["sqs:GetQueueAttributes", "sqs:SendMessage"]],
  [`<${queue}DeadLetters.Arn>`, takeOut],
];

// What the doctor looks at, and a mail and a webhook of its own.
const sendFrom = ["ses:SendEmail", "ses:SendRawEmail"];
const lookAtSet = ["ses:GetConfigurationSet", "ses:GetConfigurationSetEventDestinations"];
const examine = {
  "*": ["ses:GetAccount"],
  [identities.replace("*", "postern.example")]: ["ses:GetEmailIdentity", ...sendFrom],
  ...Object.fromEntries(
    ["DeliverTransactional", "DeliverBulk"].map((id) => [
      configurationSetOf(id),
      [...lookAtSet, ...sendFrom],
    ]),
  ),
  ...Object.fromEntries(
    ofType(resources, "AWS::SNS::Topic")
      .filter(([id]) => id.startsWith("Recording"))
      .map(([id]) => [`<${id}>`, ["sns:ListSubscriptionsByTopic"]]),
  ),
  ...Object.fromEntries(
    ofType(resources, "AWS::Scheduler::Schedule").map(([id]) => [`<${id}.Arn>`, ["scheduler:GetSchedule"]]),
  ),
  "<WebhooksTable.Arn>": ["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query"].map(
    (action) => `dynamodb:${action}`,
  ),
  "<WebhookKey.Arn>": ["kms:Encrypt"],
  "<WebhookTicksQueue.Arn>": ["sqs:GetQueueAttributes", "sqs:SendMessage", "sqs:SendMessage"],
  "<LinkSecret>": ["secretsmanager:GetSecretValue"],
};

const expected: Record<string, Record<string, string[]>> = {
  SendTransactional: send("Transactional"),
  SendBulk: send("Bulk"),
  DeliverTransactional: deliver("Transactional"),
  DeliverBulk: deliver("Bulk"),
  ReceiveMail: {
    "<MessagesTable.Arn>": ["dynamodb:GetItem"],
    "<SuppressionsTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"],
    "<IncomingMailQueue.Arn>": receive,
    "<EventsQueue.Arn>": ["sqs:SendMessage"],
    "<PayloadsBucket.Arn>/*": ["s3:GetObject"],
    "<LinkSecret>": ["secretsmanager:GetSecretValue"],
  },
  RecordEvents: {
    "<MessagesTable.Arn>": [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ],
    "<StatsTable.Arn>": ["dynamodb:UpdateItem"],
    "<SuppressionsTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:PutItem"],
    "<EventsQueue.Arn>": receive,
    "<WebhooksTable.Arn>": ["dynamodb:BatchWriteItem", "dynamodb:Query"],
    "<WebhookTicksQueue.Arn>": ["sqs:SendMessage"],
  },
  DispatchWebhooks: {
    "<MessagesTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:Query"],
    "<WebhooksTable.Arn>": [
      "dynamodb:BatchWriteItem",
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ],
    "<SlowWebhookTicksQueue.Arn>": [...receive, "sqs:SendMessage"],
    "<WebhookTicksQueue.Arn>": [...receive, "sqs:SendMessage"],
    "<WebhookKey.Arn>": ["kms:Decrypt"],
    "<NoticesTable.Arn>": ["dynamodb:PutItem"],
    "<AccountsTable.Arn>": ["dynamodb:PutItem"],
  },
  ResetPeriods: {
    "<AccountsTable.Arn>": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "<QuotaTable.Arn>": ["GetItem", "PutItem", "Query", "UpdateItem"].map((action) => `dynamodb:${action}`),
    "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default": ["events:PutEvents"],
    "<QuotaTable.Arn>/index/byPeriodEnd": ["dynamodb:Query"],
    "<NoticesTable.Arn>": ["dynamodb:PutItem"],
  },
  ReconcileQuota: {
    "<QuotaTable.Arn>": ["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"],
    "<MessagesTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:PutItem"],
  },
  TransferLists: {
    "<SuppressionsTable.Arn>": [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
    ],
    "<PayloadsBucket.Arn>/*": ["s3:GetObject", "s3:PutObject"],
    "<ListTransfersQueue.Arn>": [...receive, "sqs:SendMessage"],
  },
  PackLog: {
    "<MessagesTable.Arn>": [
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ],
    "<LogBucket.Arn>/*": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
  },
  Api: {
    ...manageDomains,
    "<NoticesTable.Arn>": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "<NoticesTable.Arn>/index/byTime": ["dynamodb:Query"],
    [identities.replace("*", "postern.example")]: ["ses:SendEmail", "ses:SendRawEmail"],
    "<MessagesTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
    "<MessagesTable.Arn>/index/byHeld": ["dynamodb:Query"],
    "<StatsTable.Arn>": ["dynamodb:Query"],
    "<LogBucket.Arn>/*": ["s3:GetObject"],
    "<PayloadsBucket.Arn>/*": ["s3:GetObject", "s3:PutObject"],
    "<LinkSecret>": ["secretsmanager:GetSecretValue"],
    "<ListTransfersQueue.Arn>": ["sqs:SendMessage"],
    "<AccountsTable.Arn>/index/byTokenHash": ["dynamodb:Query"],
    "<CountersTable.Arn>": ["dynamodb:UpdateItem"],
    "<SuppressionsTable.Arn>": [
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
    ],
    "<QuotaTable.Arn>": ["GetItem", "PutItem", "Query", "UpdateItem"].map((action) => `dynamodb:${action}`),
    "<WebhooksTable.Arn>": [
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ],
    "<WebhookTicksQueue.Arn>": ["sqs:SendMessage"],
    "<WebhookKey.Arn>": ["kms:Decrypt", "kms:Encrypt"],
  },
  RecipientPages: {
    "<LinkSecret>": ["secretsmanager:GetSecretValue"],
    "<EventsQueue.Arn>": ["sqs:SendMessage"],
    "<MessagesTable.Arn>": ["dynamodb:GetItem"],
    "<SuppressionsTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"],
    "<AccountsTable.Arn>": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "<NoticesTable.Arn>": ["dynamodb:PutItem"],
  },
  Operator: {
    ...manageDomains,
    "<AccountsTable.Arn>": [...manageDomains["<AccountsTable.Arn>"], "dynamodb:BatchGetItem"],
    "<AccountsTable.Arn>/index/byCheckTime": ["dynamodb:Query"],
    ...Object.fromEntries(queues.flatMap(putBack)),
    ...examine,
    "<SchedulesDeadLetters.Arn>": takeOut,
    ...letGo,
    "<MessagesTable.Arn>": [...letGo["<MessagesTable.Arn>"], "dynamodb:GetItem", "dynamodb:PutItem"],
    "<MessagesTable.Arn>/index/byHeld": ["dynamodb:Query"],
    "<QuotaTable.Arn>": ["GetItem", "PutItem", "Query", "UpdateItem"].map((action) => `dynamodb:${action}`),
    "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default": ["events:PutEvents"],
  },
  CheckDomains: {
    ...manageDomains,
    "<AccountsTable.Arn>/index/byCheckTime": ["dynamodb:Query"],
  },
  WatchTokens: {
    "<AccountsTable.Arn>": ["DeleteItem", "GetItem", "PutItem", "UpdateItem"].map(
      (action) => `dynamodb:${action}`,
    ),
    "<AccountsTable.Arn>/index/byCheckTime": ["dynamodb:Query"],
    "<NoticesTable.Arn>": ["dynamodb:PutItem"],
  },
  WatchUsage: {
    "<QuotaTable.Arn>": ["dynamodb:Scan"],
    "<NoticesTable.Arn>": ["dynamodb:BatchGetItem", "dynamodb:PutItem"],
  },
  KeepStandings: {
    "<AccountsTable.Arn>": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "<AccountsTable.Arn>/index/byCheckTime": ["dynamodb:Query"],
    "<NoticesTable.Arn>": ["dynamodb:PutItem"],
    ...letGo,
    "<DeliverTransactionalQueue.Arn>": ["sqs:SendMessage"],
    "<DeliverBulkQueue.Arn>": ["sqs:SendMessage"],
  },
  WatchReputation: {
    "<AccountsTable.Arn>": ["GetItem", "PutItem", "Query", "UpdateItem"].map(
      (action) => `dynamodb:${action}`,
    ),
    "<NoticesTable.Arn>": ["dynamodb:PutItem"],
    "<MessagesTable.Arn>": ["dynamodb:Query"],
    "<StatsTable.Arn>": ["dynamodb:Query"],
  },
  SettleAudits: {
    "<AccountsTable.Arn>": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
    "<AccountsTable.Arn>/index/byCheckTime": ["dynamodb:Query"],
    "<WebhooksTable.Arn>": ["dynamodb:BatchWriteItem", "dynamodb:Query"],
    "<WebhookTicksQueue.Arn>": ["sqs:SendMessage"],
  },
  SendNotices: {
    "<AccountsTable.Arn>": ["dynamodb:GetItem"],
    "<NoticesTable.Arn>": ["dynamodb:UpdateItem"],
    "<NoticesTable.Arn>/index/byEmailTime": ["dynamodb:Query"],
    [identities.replace("*", "postern.example")]: ["ses:SendEmail", "ses:SendRawEmail"],
  },
};

describe("a function's role", () => {
  it.each(ofType(resources, "AWS::Lambda::Function"))("allows %s exactly what it needs", (id) => {
    expect(permissionsOf(resources, id)).toEqual(withSortedActions(expected[id] ?? {}));
  });

  it.each(ofType(resources, "AWS::Lambda::Function"))(
    "lets %s write only its own log, and traces",
    (id, { Properties }) => {
      const log = `<${Properties.LoggingConfig.LogGroup.Ref}.Arn>`;
      expect(logsAndTracesOf(resources, id)).toEqual({
        [log]: ["logs:CreateLogStream", "logs:PutLogEvents"],
        "*": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
      });
    },
  );

  it.each(ofType(resources, "AWS::IAM::Role"))("%s takes no managed policy", (_, { Properties }) => {
    expect(Properties.ManagedPolicyArns).toBeUndefined();
  });
});

describe("with another SMTP route", () => {
  it.each(["mx", "off"])("%s, no worker may read a secret, and there is none", (smtpRoute) => {
    const other = synthesize({ local: true, smtpRoute });
    expect(secretsIn(other)).toEqual(["LinkSecret"]);
    expect(secretsReadBy(other, "DeliverBulk")).toEqual(["<LinkSecret>"]);
    expect(other["DeliverBulk"]?.Properties.Environment.Variables).toMatchObject({ SMTP_ROUTE: smtpRoute });
  });

  it("that is a relay with a secret of the operator's own, workers may read that one only", () => {
    const smtpRelaySecretArn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:relay-AbCdEf";
    const other = synthesize({ smtpRelaySecretArn });
    expect(secretsIn(other)).toEqual(["LinkSecret"]);
    expect(secretsReadBy(other, "DeliverBulk").toSorted()).toEqual(["<LinkSecret>", smtpRelaySecretArn]);
  });
});

function secretsIn(template: Resources): string[] {
  return ofType(template, "AWS::SecretsManager::Secret").map(([id]) => id);
}

function secretsReadBy(template: Resources, id: string): string[] {
  return Object.entries(permissionsOf(template, id))
    .filter(([, actions]) => actions.includes("secretsmanager:GetSecretValue"))
    .map(([resource]) => resource);
}

function configurationSetOf(worker: string): string {
  const set = resources[worker]?.Properties.Environment.Variables.CONFIGURATION_SET;
  return `arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:configuration-set/${asText(set)}`;
}
