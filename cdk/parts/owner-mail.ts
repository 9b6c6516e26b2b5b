import { Stack } from "aws-cdk-lib";
import { CnameRecord } from "aws-cdk-lib/aws-route53";
import { EmailIdentity, Identity } from "aws-cdk-lib/aws-ses";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { Worker } from "../defaults/worker.ts";
import { operatorsZone } from "./zone.ts";

/** What the service writes to its own customers: from the operator's domain, an identity of its own. */
export class OwnerMail extends Construct {
  private readonly identity: EmailIdentity;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { mailHost } = Deployment.of(this).settings;
    this.identity = new EmailIdentity(this, "Identity", { identity: Identity.domain(mailHost) });
    const zone = operatorsZone(this);
    if (zone === undefined) return;
    for (const [place, { name, value }] of this.identity.dkimRecords.entries()) {
      new CnameRecord(this, `Dkim${place + 1}`, { zone, recordName: `${name}.`, domainName: value });
    }
  }

  /** The function may write to customers, and knows from which domain. */
  allowSend(worker: Worker): void {
    const { mailHost, operatorEmail } = Deployment.of(this).settings;
    const resource = Stack.of(this).formatArn({
      service: "ses",
      resource: "identity",
      resourceName: mailHost,
    });
    worker.allow(["ses:SendEmail", "ses:SendRawEmail"], [resource]);
    worker.tell(environmentNames.mailHost, mailHost);
    if (operatorEmail !== undefined) worker.tell(environmentNames.operatorEmail, operatorEmail);
  }
}
