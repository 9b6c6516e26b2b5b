import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type Stream, streamSchema } from "../../shared/contracts/streams.ts";
import { sendTimeoutSeconds } from "../../shared/contracts/time-limits.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import { allowAccept } from "./accepting.ts";
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
  /** First label of its host name. */
  readonly host: "send" | "bulk";

  constructor(scope: Construct, id: string, props: SendingProps) {
    super(scope, id);
    const stream = streamSchema.parse(props.stream);
    this.host = hosts[stream];
    this.worker = new ServiceFunction(this, id, {
      folder: "send",
      description: `Accepts ${stream} mail: single emails and batches`,
      timeout: Duration.seconds(sendTimeoutSeconds),
      // A whole processor: a request of 6 MB is parsed, checked and stored while the customer waits.
      memorySize: 1769,
      ...(stream === "bulk" && { reservedConcurrency: mostBulkRequestsAtOnce }),
    });
    this.worker.tell(environmentNames.stream, stream);
    allowAccept(this.worker, props.storage);
    props.storage.payloads.allowPut(this.worker);
    props.deliveryQueue.allowSend(this.worker);
    this.door = new HttpDoor(this, `${id}Api`, {
      host: this.host,
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
}
