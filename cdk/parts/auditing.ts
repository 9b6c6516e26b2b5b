import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Periods } from "./periods.ts";
import type { Storage } from "./storage.ts";
import type { Webhooks } from "./webhooks.ts";

export interface AuditingProps {
  readonly storage: Storage;
  readonly periods: Periods;
  readonly webhooks: Webhooks;
}

/** What the clock does about audit logs: entries that nobody came back to write, and those that webhooks wait for. */
export class Auditing extends Construct {
  constructor(scope: Construct, id: string, { storage, periods, webhooks }: AuditingProps) {
    super(scope, id);
    const settle = periods.scheduled("SettleAudits", Duration.minutes(1), {
      folder: "settle-audits",
      description: "Sees to it that every change is in its audit log, and that webhooks hear of it",
    });
    storage.accounts.allow(settle, "GetItem", "PutItem", "DeleteItem");
    storage.accounts.allowIndexQuery(settle, "byCheckTime");
    webhooks.allowTell(settle);
  }
}
