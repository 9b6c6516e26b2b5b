import type { ApiDeps } from "./deps.ts";
import type { ApiRoute } from "./door/route.ts";
import { accountAccessRoutes } from "./routes/account-accesses.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { apiTokenRoutes } from "./routes/api-tokens.ts";
import { auditLogRoutes } from "./routes/audit-log.ts";
import { autoBccRoutes } from "./routes/auto-bcc.ts";
import { billingRoutes } from "./routes/billing.ts";
import { companyInfoRoutes } from "./routes/company-info.ts";
import { domainRoutes } from "./routes/domains.ts";
import { emailLogRoutes } from "./routes/email-logs.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { organizationRoutes } from "./routes/organizations.ts";
import { permissionRoutes } from "./routes/permissions.ts";
import { standingRoutes } from "./routes/standing.ts";
import { statsRoutes } from "./routes/stats.ts";
import { suppressionExportRoutes } from "./routes/suppression-exports.ts";
import { suppressionImportRoutes } from "./routes/suppression-imports.ts";
import { suppressionRoutes } from "./routes/suppressions.ts";
import { trackingOptOutRoutes } from "./routes/tracking-opt-outs.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

/** The account API: every topic's routes. */
export function apiRoutes(deps: ApiDeps): ApiRoute[] {
  return [
    ...companyInfoRoutes(deps),
    ...domainRoutes(deps),
    ...autoBccRoutes(deps),
    ...emailLogRoutes(deps),
    ...statsRoutes(deps),
    ...suppressionRoutes(deps),
    ...suppressionImportRoutes(deps),
    ...suppressionExportRoutes(deps),
    ...trackingOptOutRoutes(deps),
    ...webhookRoutes(deps),
    ...accountRoutes(deps),
    ...standingRoutes(deps),
    ...apiTokenRoutes(deps),
    ...accountAccessRoutes(deps),
    ...permissionRoutes(deps),
    ...organizationRoutes(deps),
    ...billingRoutes(deps),
    ...auditLogRoutes(deps),
    ...notificationRoutes(deps),
  ];
}
