import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";
import type { Delivering } from "./delivering.ts";
import type { Periods } from "./periods.ts";
import type { Storage } from "./storage.ts";

export interface SuspensionsProps {
  readonly storage: Storage;
  readonly periods: Periods;
  readonly streams: readonly Delivering[];
}

const queueUrls = {
  transactional: environmentNames.transactionalQueueUrl,
  bulk: environmentNames.bulkQueueUrl,
};

/** What the clock does about accounts that are suspended, and about those whose mail bounces too often. */
export class Suspensions extends Construct {
  private readonly props: SuspensionsProps;

  constructor(scope: Construct, id: string, props: SuspensionsProps) {
    super(scope, id);
    this.props = props;
    const { storage, periods } = props;
    const keep = periods.scheduled("KeepStandings", Duration.minutes(1), {
      folder: "keep-standings",
      description: "Lets held mail go, and bans who leaves a suspension unanswered",
    });
    // What it changes is in the audit log.
    storage.accounts.allow(keep, "GetItem", "PutItem", "UpdateItem");
    storage.accounts.allowIndexQuery(keep, "byCheckTime");
    storage.notices.allow(keep, "PutItem");
    for (const { stream, queue } of props.streams) queue.allowSend(keep, queueUrls[stream]);
    this.allowHeld(keep);

    const watch = periods.scheduled("WatchReputation", Duration.minutes(15), {
      folder: "watch-reputation",
      description: "Warns of streams whose mail bounces or is reported as spam too often, and suspends them",
    });
    // Domains, and what of them their owners are told; what is suspended is in the audit log.
    storage.accounts.allow(watch, "GetItem", "PutItem", "Query", "UpdateItem");
    storage.notices.allow(watch, "PutItem");
    storage.messages.allow(watch, "Query");
    storage.stats.allow(watch, "Query");
    const { suspensionRules } = Deployment.of(this).settings;
    watch.tell(environmentNames.suspensionRules, JSON.stringify(suspensionRules));
  }

  /** A function that may send to the delivery queues may put held mail back into them. */
  allowHeld(worker: ServiceFunction): void {
    const { storage, streams } = this.props;
    storage.messages.allow(worker, "Query", "BatchWriteItem");
    storage.payloads.allowGet(worker);
    for (const { stream, queue } of streams) worker.tell(queueUrls[stream], queue.queueUrl);
  }
}
