import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import { HttpDoor } from "./http-door.ts";
import type { LinkKey } from "./keys.ts";

/** The pages that recipients see, on the tracking host. */
export class RecipientPages extends Construct {
  readonly door: HttpDoor;

  constructor(scope: Construct, id: string, props: { linkKey: LinkKey; events: ServiceQueue }) {
    super(scope, id);
    const worker = new ServiceFunction(this, "RecipientPages", {
      folder: "recipient-pages",
      description: "Shows recipients the page behind an unsubscribe link",
      timeout: Duration.seconds(10),
      memorySize: 512,
    });
    props.linkKey.allowRead(worker);
    props.events.allowSend(worker);
    this.door = new HttpDoor(this, "TrackingApi", {
      host: "track",
      description: "Postern: pages for recipients",
      routes: [
        { method: "GET", path: "/unsubscribe/{token}" },
        { method: "POST", path: "/unsubscribe/{token}" },
      ],
      worker,
      openBecause: "Recipients have no account; the token in the link is all they can show.",
    });
  }
}
