import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import { HttpDoor } from "./http-door.ts";
import type { LinkKey } from "./keys.ts";
import type { Storage } from "./storage.ts";

export interface AccountApiProps {
  readonly storage: Storage;
  readonly linkKey: LinkKey;
  /** The hosts of the streams, which the API's description names. */
  readonly send: HttpDoor;
  readonly bulk: HttpDoor;
  /** Where invitations are accepted. */
  readonly track: HttpDoor;
}

/** The account API on the general host: everything that a customer asks and sets, apart from sending. */
export class AccountApi extends Construct {
  readonly door: HttpDoor;
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, { storage, linkKey, send, bulk, track }: AccountApiProps) {
    super(scope, id);
    this.worker = new ServiceFunction(this, "Api", {
      folder: "api",
      description: "The account API: what became of messages, and the account's settings",
      timeout: Duration.seconds(29),
      // A whole processor: a search of the log reads megabytes while the customer waits.
      memorySize: 1769,
    });
    storage.accounts.allow(this.worker, "GetItem", "Query");
    storage.accounts.allowIndexQuery(this.worker, "byTokenHash");
    storage.counters.allow(this.worker, "UpdateItem");
    // A sub-account is opened with its quota; usage and statements are shown, and overage is set.
    storage.quota.allow(this.worker, "GetItem", "PutItem", "Query", "UpdateItem");
    storage.suppressions.allow(this.worker, "BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query");
    storage.messages.allow(this.worker, "BatchGetItem", "GetItem", "Query");
    storage.messages.allowIndexQuery(this.worker, "byHeld");
    storage.stats.allow(this.worker, "Query");
    storage.notices.allow(this.worker, "GetItem", "UpdateItem");
    storage.notices.allowIndexQuery(this.worker, "byTime");
    storage.log.allowGet(this.worker);
    // It signs links to messages as they were sent, and to invitations.
    linkKey.allowRead(this.worker);
    this.worker.tell(environmentNames.sendUrl, send.url);
    this.worker.tell(environmentNames.bulkUrl, bulk.url);
    const { customTrackingHosts } = Deployment.of(this).settings;
    this.worker.tell(environmentNames.customTrackingHosts, String(customTrackingHosts));
    this.worker.tell(environmentNames.trackingUrl, track.url);
    this.door = new HttpDoor(this, "GeneralApi", {
      host: "api",
      description: "Postern: the account API",
      routes: [{ method: "ANY", path: "/api/{path+}" }],
      worker: this.worker,
      openBecause:
        "The function checks the customer's API token itself, to answer as the API it is compatible with.",
    });
    this.worker.tell(environmentNames.apiUrl, this.door.url);
  }
}
