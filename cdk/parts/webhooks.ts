import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { dispatchTimeoutSeconds } from "../../shared/contracts/time-limits.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import { ServiceQueue } from "../defaults/service-queue.ts";
import { EncryptionKey } from "./keys.ts";
import type { Storage } from "./storage.ts";

// An endpoint that answers late holds its whole invocation, whose other places stay empty meanwhile. After one such
// call it goes by the slow ticks, where only its like wait for it.
const batching = { batchSize: 50, maxBatchingWindow: Duration.seconds(1), maxConcurrency: 10 };

/** The way on which events leave for customers' endpoints: table, ticks, dispatcher. */
export class Webhooks extends Construct {
  readonly ticks: ServiceQueue;
  /** Ticks of webhooks that take long, and of work that does. */
  readonly slowTicks: ServiceQueue;
  readonly worker: ServiceFunction;
  private readonly storage: Storage;
  private readonly key: EncryptionKey;

  constructor(scope: Construct, id: string, { storage }: { readonly storage: Storage }) {
    super(scope, id);
    this.storage = storage;
    this.key = new EncryptionKey(this, "WebhookKey", {
      description: "Encrypts the secrets with which Postern signs the calls of webhooks",
      keyIdName: environmentNames.webhookKeyId,
    });
    const timeout = Duration.seconds(dispatchTimeoutSeconds);
    this.ticks = new ServiceQueue(this, "WebhookTicksQueue", {
      urlName: environmentNames.webhookTicksUrl,
      consumerTimeout: timeout,
      // One that a failing service of ours sends back is seen again after half of that.
      oldestShouldBe: Duration.minutes(15),
      runbook: { deadLetters: "webhook-ticks-dead-letters", age: "webhook-ticks-queue-age" },
    });
    this.slowTicks = new ServiceQueue(this, "SlowWebhookTicksQueue", {
      urlName: environmentNames.slowWebhookTicksUrl,
      consumerTimeout: timeout,
      // Retries wait in here for five minutes; who waits longer finds no free place.
      oldestShouldBe: Duration.minutes(15),
      runbook: { deadLetters: "webhook-ticks-dead-letters", age: "webhook-ticks-queue-age" },
    });
    this.worker = new ServiceFunction(this, "DispatchWebhooks", {
      folder: "dispatch-webhooks",
      description: "Sends events to customers' endpoints",
      timeout,
      // Fifty calls at once, of a megabyte each.
      memorySize: 1024,
      feedsItself: true,
    });
    this.ticks.workOff(this.worker, batching);
    this.slowTicks.workOff(this.worker, batching);
    this.allowWork();
  }

  /** The worker may let events wait for webhooks, and see that they are sent. */
  allowTell(worker: ServiceFunction): void {
    this.storage.webhooks.allow(worker, "Query", "BatchWriteItem");
    this.ticks.allowSend(worker);
  }

  /** The worker may do with webhooks whatever a customer can ask for. */
  allowManage(worker: ServiceFunction): void {
    this.storage.webhooks.allow(worker, "Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem");
    // Ids of webhooks come from the one sequence.
    this.storage.accounts.allow(worker, "UpdateItem");
    this.ticks.allowSend(worker);
    this.key.allowEncrypt(worker);
    this.key.allowDecrypt(worker);
    tellPolicy(worker);
  }

  /** The worker may try the whole way, with a webhook of its own. */
  allowProbe(worker: ServiceFunction): void {
    this.storage.webhooks.allow(worker, "Query", "GetItem", "PutItem", "DeleteItem", "BatchWriteItem");
    this.ticks.allowSend(worker);
    this.key.allowEncrypt(worker);
  }

  private allowWork(): void {
    const { worker, storage } = this;
    storage.webhooks.allow(worker, "Query", "GetItem", "UpdateItem", "BatchWriteItem");
    // What is told again is read from the log.
    storage.messages.allow(worker, "Query", "BatchGetItem");
    this.ticks.allowSend(worker);
    this.slowTicks.allowSend(worker);
    this.key.allowDecrypt(worker);
    tellPolicy(worker);
    // The notice that a webhook is paused, and the audit log's entry of it.
    storage.notices.allow(worker, "PutItem");
    storage.accounts.allow(worker, "PutItem");
  }
}

function tellPolicy(worker: ServiceFunction): void {
  const { webhookAllowPrivate } = Deployment.of(worker).settings;
  worker.tell(environmentNames.webhookAllowPrivate, String(webhookAllowPrivate));
}
