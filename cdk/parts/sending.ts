import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type Stream, streamSchema } from "../../shared/contracts/streams.ts";
import { sendTimeoutSeconds } from "../../shared/contracts/time-limits.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import { HttpDoor } from "./http-door.ts";
import type { Storage } from "./storage.ts";

export interface SendingProps {
  readonly stream: Stream;
  readonly storage: Storage;
  readonly deliveryQueue: ServiceQueue;
}

const hosts = { transactional: "send", bulk: "bulk" } as const;

// A flood of bulk requests is throttled before it takes the region's concurrency from everybody else's.
const mostBulkRequestsAtOnce = 50;

/** One stream's way in: the HTTP API on its host, and the function that accepts. */
export class Sending extends Construct {
  readonly door: HttpDoor;
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, props: SendingProps) {
    super(scope, id);
    const stream = streamSchema.parse(props.stream);
    this.worker = new ServiceFunction(this, id, {
      folder: "send",
      description: `Accepts ${stream} mail: single emails and batches`,
      timeout: Duration.seconds(sendTimeoutSeconds),
      // A whole processor: a request of 6 MB is parsed, checked and stored while the customer waits.
      memorySize: 1769,
      ...(stream === "bulk" && { reservedConcurrency: mostBulkRequestsAtOnce }),
    });
    this.worker.tell(environmentNames.stream, stream);
    this.allowAccept(props);
    this.door = new HttpDoor(this, `${id}Api`, {
      host: hosts[stream],
      description: `Postern: the ${stream} stream's send API`,
      routes: [
        { method: "POST", path: "/api/send" },
        { method: "POST", path: "/api/batch" },
      ],
      worker: this.worker,
      openBecause:
        "The function checks the customer's API token itself, to answer as the API it is compatible with.",
    });
  }

  private allowAccept({ storage, deliveryQueue }: SendingProps): void {
    const { worker } = this;
    storage.accounts.allow(worker, "GetItem");
    storage.accounts.allowIndexQuery(worker);
    storage.counters.allow(worker, "UpdateItem");
    // UpdateItem reserves; GetItem gives back; PutItem records the closed period when a send comes before the schedule.
    storage.quota.allow(worker, "UpdateItem", "GetItem", "PutItem");
    storage.idempotency.allow(worker, "PutItem", "UpdateItem", "DeleteItem");
    // What became of a submission that a crash interrupted, and the marks of what was refused after all.
    storage.messages.allow(worker, "BatchGetItem", "PutItem");
    storage.payloads.allowPut(worker);
    deliveryQueue.allowSend(worker);
  }
}
