import { Duration, Stack } from "aws-cdk-lib";
import { Construct } from "constructs";
import { ServiceFunction } from "../defaults/service-function.ts";
import { identityWildcard } from "./delivering.ts";
import type { DkimKey } from "./keys.ts";
import type { Storage } from "./storage.ts";

/** What the operator does by hand: accounts, tokens, domains, limits. No API leads here; it is invoked. */
export class Operating extends Construct {
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, { storage, dkimKey }: { storage: Storage; dkimKey: DkimKey }) {
    super(scope, id);
    this.worker = new ServiceFunction(this, "Operator", {
      folder: "operator",
      description: "The operator's own commands: accounts, tokens, domains, limits",
      timeout: Duration.seconds(30),
      memorySize: 512,
    });
    storage.accounts.allow(this.worker, "GetItem", "PutItem", "Query", "UpdateItem");
    storage.quota.allow(this.worker, "GetItem", "PutItem", "UpdateItem");
    // Decrypt: a command given again mends an identity whose key was made before.
    dkimKey.allowEncrypt(this.worker);
    dkimKey.allowDecrypt(this.worker);
    this.allowIdentities();
  }

  private allowIdentities(): void {
    const identities = Stack.of(this).formatArn({
      service: "ses",
      resource: "identity",
      resourceName: "*",
    });
    this.worker.allow(
      [
        "ses:CreateEmailIdentity",
        "ses:PutEmailIdentityDkimSigningAttributes",
        "ses:PutEmailIdentityMailFromAttributes",
      ],
      [identities],
    );
    this.worker.acknowledgeWildcard(identityWildcard, "Customers' domains become identities at run time.");
  }
}
