import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { ServiceFunction } from "../defaults/service-function.ts";
import { HttpDoor } from "./http-door.ts";
import type { LinkKey } from "./keys.ts";

/** The pages that recipients see, on the tracking host. */
export class RecipientPages extends Construct {
  readonly door: HttpDoor;

  constructor(scope: Construct, id: string, { linkKey }: { linkKey: LinkKey }) {
    super(scope, id);
    const worker = new ServiceFunction(this, "RecipientPages", {
      folder: "recipient-pages",
      description: "Shows recipients the page behind an unsubscribe link",
      timeout: Duration.seconds(10),
      memorySize: 512,
    });
    linkKey.allowRead(worker);
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
