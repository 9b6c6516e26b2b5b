import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import type { SendingDomains } from "./sending-domains.ts";
import type { Storage } from "./storage.ts";

/** What the operator does by hand: accounts, tokens, domains, limits. No API leads here; it is invoked. */
export class Operating extends Construct {
  readonly worker: ServiceFunction;

  constructor(
    scope: Construct,
    id: string,
    { storage, domains, events }: { storage: Storage; domains: SendingDomains; events: ServiceQueue },
  ) {
    super(scope, id);
    this.worker = new ServiceFunction(this, "Operator", {
      folder: "operator",
      description: "The operator's own commands: accounts, tokens, domains, limits",
      timeout: Duration.seconds(30),
      memorySize: 512,
    });
    storage.quota.allow(this.worker, "GetItem", "PutItem", "UpdateItem");
    domains.allowManage(this.worker);
    events.allowSend(this.worker);
  }
}
