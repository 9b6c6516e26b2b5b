import * as z from "zod";
import { type AccessStore, accessStore } from "../../shared/accounts/access-store.ts";
import { type AuditStore, auditStore } from "../../shared/accounts/audit-store.ts";
import { type OrganizationStore, organizationStore } from "../../shared/accounts/organization-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type documentClient, secretClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { type QuotaStore, quotaStore } from "../../shared/quota/quota-store.ts";
import { type LinkKeyClient, linkKeyClient } from "../../shared/tracking/link-key-client.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import { tellAudit } from "../../shared/webhooks/tell-audit.ts";
import type { AuditDeps } from "./door/audit.ts";
import type { WebhookOutside } from "./webhook-deps.ts";

export interface AccessOutside extends Pick<AuditDeps, "tellAudit"> {
  readonly accesses: AccessStore;
  readonly audits: AuditStore;
  readonly organizations: OrganizationStore;
  readonly quota: QuotaStore;
  readonly linkKeys: LinkKeyClient;
  readonly pagesUrl: string;
}

/** What tokens, users, organizations and the audit log need of the outside besides what others need. */
export function accessDepsFromEnvironment(
  client: ReturnType<typeof documentClient>,
  { webhooks, ticks }: Pick<WebhookOutside, "webhooks" | "ticks">,
): AccessOutside {
  const env = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.quotaTable]: z.string(),
    [environmentNames.webhooksTable]: z.string(),
    [environmentNames.linkSecretArn]: z.string(),
    [environmentNames.trackingUrl]: z.string(),
  });
  const accounts = { client, table: env.ACCOUNTS_TABLE, clock };
  const telling = { webhooks, ticks, backlog: backlogStore({ client, table: env.WEBHOOKS_TABLE, clock }) };
  return {
    accesses: accessStore(accounts),
    audits: auditStore(accounts),
    organizations: organizationStore(accounts),
    quota: quotaStore({ client, table: env.QUOTA_TABLE, clock }),
    linkKeys: linkKeyClient({ secrets: secretClient(), arn: env.LINK_SECRET_ARN }),
    pagesUrl: env.TRACKING_URL,
    tellAudit: (accountId, entry) => tellAudit(telling, accountId, entry),
  };
}
