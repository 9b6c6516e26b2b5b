import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import { ServiceQueue } from "../defaults/service-queue.ts";
import type { Storage } from "./storage.ts";

/** Lists of addresses on their way in and out: slice by slice, so that a long one holds up no other. */
export class ListTransfers extends Construct {
  readonly queue: ServiceQueue;
  private readonly storage: Storage;

  constructor(scope: Construct, id: string, { storage }: { storage: Storage }) {
    super(scope, id);
    this.storage = storage;
    const timeout = Duration.minutes(2);
    this.queue = new ServiceQueue(this, "ListTransfersQueue", {
      urlName: environmentNames.listTransfersUrl,
      consumerTimeout: timeout,
      // Some customers may be importing their all at the same time.
      oldestShouldBe: Duration.minutes(30),
      runbook: { deadLetters: "list-transfers-dead-letters", age: "list-transfers-queue-age" },
    });
    const worker = new ServiceFunction(this, "TransferLists", {
      folder: "transfer-lists",
      description: "Imports and exports lists of addresses",
      timeout,
      memorySize: 1024,
      feedsItself: true,
    });
    this.queue.workOff(worker, { batchSize: 1, maxConcurrency: 5 });
    this.queue.allowSend(worker);
    storage.suppressions.allow(worker, "BatchGetItem", "GetItem", "PutItem", "Query");
    storage.payloads.allowPut(worker);
    storage.payloads.allowGet(worker);
  }

  /** The worker may ask for transfers, put files of customers and hand out links to files. */
  allowAsk(worker: ServiceFunction): void {
    this.queue.allowSend(worker);
    this.storage.payloads.allowPut(worker);
    this.storage.payloads.allowGet(worker);
  }
}
