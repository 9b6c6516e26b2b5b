import { Duration, Stack } from "aws-cdk-lib";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import type { ToldInstallation } from "../../shared/contracts/installation.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import type { Delivering } from "./delivering.ts";
import { allowFrontage, type Frontage, toldFrontage } from "./frontage.ts";
import type { HttpDoor } from "./http-door.ts";
import type { LinkKey } from "./keys.ts";
import type { Periods } from "./periods.ts";
import type { Recording } from "./recording.ts";
import type { SendingDomains } from "./sending-domains.ts";
import type { Storage } from "./storage.ts";
import type { Webhooks } from "./webhooks.ts";

export interface OperatingProps {
  readonly storage: Storage;
  readonly domains: SendingDomains;
  readonly recording: Recording;
  readonly periods: Periods;
  readonly streams: readonly Delivering[];
  readonly queues: readonly ServiceQueue[];
  readonly webhooks: Webhooks;
  readonly linkKey: LinkKey;
  readonly doors: Readonly<Record<string, HttpDoor>>;
  readonly frontage: Frontage;
}

/** What the operator does by hand: accounts, tokens, domains, limits, queues. No API leads here; it is invoked. */
export class Operating extends Construct {
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, props: OperatingProps) {
    super(scope, id);
    const { storage, domains, recording } = props;
    this.worker = new ServiceFunction(this, "Operator", {
      folder: "operator",
      description: "The operator's own commands: accounts, tokens, domains, limits, queues",
      timeout: Duration.seconds(60),
      memorySize: 512,
    });
    storage.quota.allow(this.worker, "GetItem", "PutItem", "Query", "UpdateItem");
    domains.allowManage(this.worker);
    // All accounts, and the domains of all of them.
    storage.accounts.allow(this.worker, "BatchGetItem");
    storage.accounts.allowIndexQuery(this.worker, "byCheckTime");
    storage.messages.allowIndexQuery(this.worker, "byHeld");
    recording.queue.allowSend(this.worker);
    // Refunds.
    this.worker.allow(
      ["events:PutEvents"],
      [Stack.of(this).formatArn({ service: "events", resource: "event-bus/default" })],
    );
    this.allowQueues(props);
    this.allowExamine(props);
    this.worker.tell(environmentNames.installation, Stack.of(this).toJsonString(this.installationOf(props)));
  }

  /** Looks at every queue, and puts back what it gave up on. */
  private allowQueues({ queues, periods }: OperatingProps): void {
    const allowDeadLetters = (arn: string) =>
      this.worker.allow(["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage"], [arn]);
    for (const queue of queues) {
      this.worker.allow(["sqs:GetQueueAttributes", "sqs:SendMessage"], [queue.queueArn]);
      allowDeadLetters(deadLettersOf(queue).queueArn);
    }
    allowDeadLetters(periods.deadLetters.queueArn);
  }

  /** What the doctor looks at, and a mail and a webhook of its own. */
  private allowExamine({
    storage,
    recording,
    periods,
    streams,
    webhooks,
    linkKey,
    frontage,
  }: OperatingProps): void {
    const { worker } = this;
    const stack = Stack.of(this);
    const { mailHost } = Deployment.of(this).settings;
    const sets = streams.map(({ configurationSet: { configurationSetName: resourceName } }) =>
      stack.formatArn({ service: "ses", resource: "configuration-set", resourceName }),
    );
    const identity = stack.formatArn({ service: "ses", resource: "identity", resourceName: mailHost });
    // Of the account as a whole, and so of no resource.
    worker.allow(["ses:GetAccount"], ["*"]);
    worker.allow(["ses:GetEmailIdentity"], [identity]);
    worker.allow(["ses:GetConfigurationSet", "ses:GetConfigurationSetEventDestinations"], sets);
    worker.allow(["ses:SendEmail", "ses:SendRawEmail"], [identity, ...sets]);
    worker.allow(["sns:ListSubscriptionsByTopic"], [recording.topic.topicArn]);
    worker.allow(
      ["scheduler:GetSchedule"],
      periods.schedules.map(({ arn }) => arn),
    );
    storage.messages.allow(worker, "GetItem", "PutItem");
    webhooks.allowProbe(worker);
    linkKey.allowRead(worker);
    allowFrontage(worker, frontage);
  }

  private installationOf(props: OperatingProps): ToldInstallation {
    const { recording, periods, streams, queues, doors, frontage } = props;
    return {
      queues: [
        ...queues.map((queue) => ({
          id: queue.node.id.replace(/Queue$/, ""),
          q: queue.queueName,
          dead: deadLettersOf(queue).queueName,
        })),
        { id: "Schedules", dead: periods.deadLetters.queueName },
      ],
      configurationSets: Object.fromEntries(
        streams.map(({ stream, configurationSet }) => [stream, configurationSet.configurationSetName]),
      ) as ToldInstallation["configurationSets"],
      topicArn: recording.topic.topicArn,
      schedules: {
        prefix: periods.schedulePrefix,
        functions: periods.schedules.map(({ functionId }) => functionId),
      },
      hosts: Object.fromEntries(Object.entries(doors).map(([name, { url }]) => [name, url])),
      ...toldFrontage(this, frontage),
    };
  }
}

function deadLettersOf({ node, deadLetterQueue }: ServiceQueue): Queue {
  if (deadLetterQueue === undefined) throw new Error(`${node.id} has no dead letters`);
  return deadLetterQueue.queue as Queue;
}
