import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { recipientPages } from "../../shared/contracts/recipient-pages.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import { HttpDoor, type Route } from "./http-door.ts";
import type { LinkKey } from "./keys.ts";
import type { Storage } from "./storage.ts";

export interface RecipientPagesProps {
  readonly linkKey: LinkKey;
  readonly events: ServiceQueue;
  readonly storage: Storage;
}

/** Pixels, links and pages for recipients, on the tracking host. */
export class RecipientPages extends Construct {
  readonly door: HttpDoor;
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, { linkKey, events, storage }: RecipientPagesProps) {
    super(scope, id);
    this.worker = new ServiceFunction(this, "RecipientPages", {
      folder: "recipient-pages",
      description: "Answers the links in mail: pixels, clicks, unsubscribing, opting out, invitations",
      timeout: Duration.seconds(10),
      memorySize: 512,
    });
    linkKey.allowRead(this.worker);
    events.allowSend(this.worker);
    storage.messages.allow(this.worker, "GetItem");
    // What is known of an address, and the row of a list, change together.
    storage.suppressions.allow(this.worker, "BatchGetItem", "GetItem", "PutItem");
    // Who accepts an invitation becomes a user, under an id from the one sequence, and the owner is told.
    storage.accounts.allow(this.worker, "GetItem", "PutItem", "UpdateItem");
    storage.notices.allow(this.worker, "PutItem");
    this.door = new HttpDoor(this, "TrackingApi", {
      host: "track",
      description: "Postern: what links in mail lead to",
      // HEAD comes by the default route, whose function is the same.
      routes: Object.values(recipientPages).flatMap(({ path, methods }) =>
        methods.map((method): Route => ({ method, path: `${path}{token}` })),
      ),
      worker: this.worker,
      // What strangers may make the installation pay for.
      mostPerSecond: Deployment.of(this).settings.trackingRequestsPerSecond,
      openBecause: "Recipients have no account; the token in the link is all they can show.",
    });
  }
}
