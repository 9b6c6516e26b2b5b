import { Aws, Duration, Stack } from "aws-cdk-lib";
import { CfnRecordSet } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";
import { identityWildcard } from "./delivering.ts";
import type { DkimKey } from "./keys.ts";
import type { Storage } from "./storage.ts";
import { publishingZoneId } from "./zone.ts";

export interface SendingDomainsProps {
  readonly storage: Storage;
  readonly dkimKey: DkimKey;
}

const recordTtl = Duration.minutes(5);

/** What customers' domains point at in the operator's zone, and what a function needs that manages domains. */
export class SendingDomains extends Construct {
  private readonly props: SendingDomainsProps;
  private readonly zoneId: string | undefined;

  constructor(scope: Construct, id: string, props: SendingDomainsProps) {
    super(scope, id);
    this.props = props;
    this.zoneId = publishingZoneId(this);
    if (this.zoneId !== undefined) this.addRecords(this.zoneId);
  }

  /** The function may add domains, look at them, change them, take them away, and tell their owners. */
  allowManage(worker: ServiceFunction): void {
    const { storage, dkimKey } = this.props;
    storage.accounts.allow(worker, "GetItem", "PutItem", "Query", "UpdateItem", "DeleteItem");
    // Decrypt: what was cut off is completed with the keys that were made before.
    dkimKey.allowEncrypt(worker);
    dkimKey.allowDecrypt(worker);
    storage.notices.allow(worker, "PutItem");
    worker.tell(environmentNames.mailHost, Deployment.of(this).settings.mailHost);
    this.allowIdentities(worker);
    if (this.zoneId === undefined) return;
    worker.allow(
      ["route53:ChangeResourceRecordSets"],
      [`arn:${Aws.PARTITION}:route53:::hostedzone/${this.zoneId}`],
    );
    worker.tell(environmentNames.hostedZoneId, this.zoneId);
  }

  /** The function may review domains, too, for which it looks at their owners' websites. */
  allowReview(worker: ServiceFunction): void {
    this.allowManage(worker);
    const { websiteAllowPrivate } = Deployment.of(this).settings;
    worker.tell(environmentNames.websiteAllowPrivate, String(websiteAllowPrivate));
  }

  private allowIdentities(worker: ServiceFunction): void {
    const stack = Stack.of(this);
    worker.allow(
      [
        "ses:CreateEmailIdentity",
        "ses:DeleteEmailIdentity",
        "ses:PutEmailIdentityDkimSigningAttributes",
        "ses:PutEmailIdentityMailFromAttributes",
      ],
      [stack.formatArn({ service: "ses", resource: "identity", resourceName: "*" })],
    );
    worker.acknowledgeWildcard(identityWildcard, "Customers' domains become identities at run time.");
  }

  private addRecords(zoneId: string): void {
    const { mailHost, smtpRouteSpf, customTrackingHosts } = Deployment.of(this).settings;
    const senders = ["include:amazonses.com", smtpRouteSpf].filter(Boolean).join(" ");
    const { region } = Stack.of(this);
    const add = (id: string, name: string, type: "MX" | "TXT" | "CNAME", value: string) =>
      new CfnRecordSet(this, id, {
        ...{ hostedZoneId: zoneId, name: `${name}.`, type, resourceRecords: [value] },
        ttl: String(recordTtl.toSeconds()),
      });
    // Customers' return paths are aliases of this name: Amazon SES takes the bounces and may send.
    add("ReturnPathMx", `smtp.${mailHost}`, "MX", `10 feedback-smtp.${region}.amazonses.com`);
    add("ReturnPathSpf", `smtp.${mailHost}`, "TXT", `"v=spf1 ${senders} ~all"`);
    // Customers' domains may have their DMARC reports sent here (RFC 7489 §7.1).
    add("DmarcReports", `*._report._dmarc.smtp.${mailHost}`, "TXT", '"v=DMARC1"');
    // Where customers' own tracking hosts are served, it leads to these.
    if (!customTrackingHosts) add("TrackingAlias", `t.${mailHost}`, "CNAME", `track.${mailHost}`);
  }
}
