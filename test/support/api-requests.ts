import { randomUUID } from "node:crypto";
import type { ApiDeps } from "../../functions/api/deps.ts";
import { newId } from "../../shared/platform/ids.ts";
import { noProgress } from "../../shared/suppressions/list-import.ts";

/** An account with a domain, on which requests are made. */
export interface Place {
  readonly deps: ApiDeps;
  readonly accountId: number;
  readonly domainId: number;
  readonly domainName: string;
  readonly organizationId: number;
}

/** A request that a route answers with success to whoever may make it. */
export interface LawfulRequest {
  /** Without `/api`. */
  readonly path: string;
  readonly body?: unknown;
}

type Maker = (place: Place) => LawfulRequest | Promise<LawfulRequest>;

const range = "start_date=2026-01-01&end_date=2026-01-31";
const unique = () => `a${randomUUID().slice(0, 8)}@example.net`;
const company = {
  ...{ name: "Till", address: "1 Road", city: "Town", country: "Land", zip_code: "1" },
  website_url: "https://till.example",
  info_level: "business",
};

const domain =
  (rest = "", body?: unknown): Maker =>
  ({ domainId }) => ({ path: `/domains/${domainId}${rest}`, body });

const domains: Record<string, Maker> = {
  "GET /domains": () => ({ path: "/domains" }),
  "POST /domains": () => ({
    path: "/domains",
    body: { domain: { domain_name: `d${randomUUID().slice(0, 8)}.example` } },
  }),
  "GET /domains/{id}": domain(),
  "PATCH /domains/{id}": domain("", { domain: { open_tracking_enabled: false } }),
  "DELETE /domains/{id}": domain(),
  "POST /domains/{id}/send_setup_instructions": domain("/send_setup_instructions", {
    email: "admin@example.net",
  }),
  "POST /domains/{id}/check": domain("/check"),
  "POST /domains/{id}/questionnaire": async (place) => {
    const { accountId, domainName, deps } = place;
    const { domains: store } = deps.domainWork;
    await store.setComplianceStatus(accountId, domainName, "awaiting_questionnaire");
    return domain("/questionnaire", { questionnaire: { what: "Receipts" } })(place);
  },
  "GET /domains/{id}/auto_bcc": domain("/auto_bcc"),
  "PUT /domains/{id}/auto_bcc": domain("/auto_bcc", { auto_bcc: { emails: ["crm@example.net"] } }),
  "GET /domains/{id}/company_info": domain("/company_info"),
  "POST /domains/{id}/company_info": domain("/company_info", { company_info: company }),
  "PATCH /domains/{id}/company_info": domain("/company_info", { company_info: company }),
};

const notification =
  (body?: unknown): Maker =>
  async ({ accountId, deps: { notices } }) => {
    const which = { changeId: randomUUID(), what: "Your account", reason: "" };
    await notices.add(accountId, { kind: "sending_resumed", ...which });
    const [newest] = await notices.list(accountId, { archived: false, limit: 1 });
    return { path: `/notifications/${newest?.id}`, body };
  };

const notifications: Record<string, Maker> = {
  "GET /notifications": () => ({ path: "/notifications" }),
  "GET /notifications/{id}": notification(),
  "PATCH /notifications/{id}": notification({ notification: { read: true } }),
};

const billing: Record<string, Maker> = {
  "GET /billing/usage": () => ({ path: "/billing/usage" }),
  "GET /billing/statements": () => ({ path: "/billing/statements" }),
  "GET /billing/overage": () => ({ path: "/billing/overage" }),
  "PATCH /billing/overage": () => ({ path: "/billing/overage", body: { enabled: false } }),
};

const reading: Record<string, Maker> = {
  "GET /email_logs": () => ({ path: "/email_logs" }),
  "GET /email_logs/{id}": () => ({ path: `/email_logs/${newId(0)}` }),
  "GET /stats": () => ({ path: `/stats?${range}` }),
  "GET /stats/domains": () => ({ path: `/stats/domains?${range}` }),
  "GET /stats/categories": () => ({ path: `/stats/categories?${range}` }),
  "GET /stats/email_service_providers": () => ({ path: `/stats/email_service_providers?${range}` }),
  "GET /stats/date": () => ({ path: `/stats/date?${range}` }),
  "GET /audit_log": () => ({ path: "/audit_log" }),
  "GET /accounts": () => ({ path: "/accounts" }),
  "GET /standing": () => ({ path: "/standing" }),
  "GET /permissions/resources": () => ({ path: "/permissions/resources" }),
};

async function importOf({ deps, accountId, domainId, domainName }: Place): Promise<string> {
  const id = newId(deps.clock.now());
  const key = `lists/${accountId}/${id}.csv`;
  await deps.files.put(key, Buffer.from("email\na@example.net\n"));
  await deps.imports.create({
    ...{ id, accountId, key, createdAt: deps.clock.now(), status: "uploading", stream: "any" },
    ...{ domains: [{ id: domainId, name: domainName }], ...noProgress },
  });
  return id;
}

const lists: Record<string, Maker> = {
  "GET /suppressions": () => ({ path: "/suppressions" }),
  "POST /suppressions": ({ domainId }) => ({
    path: "/suppressions",
    body: { email: unique(), domain_id: domainId, sending_stream: "bulk" },
  }),
  "DELETE /suppressions/{id}": async ({ deps, accountId, domainId, domainName }) => {
    const wanted = { accountId, domainId, domainName, email: unique() };
    const row = await deps.suppressions.put({ ...wanted, stream: "bulk", type: "manual import" });
    return { path: `/suppressions/${row?.id}` };
  },
  "POST /suppressions/import": ({ domainId }) => ({
    path: `/suppressions/import?domain_ids[]=${domainId}`,
    body: "email\na@example.net\n",
  }),
  "POST /suppressions/imports": ({ domainId }) => ({
    path: "/suppressions/imports",
    body: { domain_ids: [domainId], bytes: 20 },
  }),
  "POST /suppressions/imports/{id}/start": async (place) => ({
    path: `/suppressions/imports/${await importOf(place)}/start`,
  }),
  "GET /suppressions/imports/{id}": async (place) => ({
    path: `/suppressions/imports/${await importOf(place)}`,
  }),
  "GET /suppressions/export": () => ({ path: "/suppressions/export" }),
  "GET /suppressions/exports/{id}": async ({ deps, accountId, domainId }) => {
    const createdAt = deps.clock.now();
    const id = newId(createdAt);
    const job = { id, accountId, createdAt, domainIds: [domainId], key: "k", rows: 0, parts: [] };
    await deps.exports.create({ ...job, status: "waiting" });
    return { path: `/suppressions/exports/${id}` };
  },
  "GET /tracking_opt_outs": () => ({ path: "/tracking_opt_outs" }),
  "POST /tracking_opt_outs": ({ domainId }) => ({
    path: "/tracking_opt_outs",
    body: { email: unique(), domain_id: domainId },
  }),
  "DELETE /tracking_opt_outs/{id}": async ({ deps, accountId, domainId, domainName }) => {
    const { id } = await deps.optOuts.put({ accountId, domainId, domainName, email: unique() });
    return { path: `/tracking_opt_outs/${id}` };
  },
};

const hook = {
  ...{ url: "http://127.0.0.1:9/in", webhook_type: "email_sending", sending_stream: "bulk" },
  event_types: ["bounce"],
};

function webhook(rest = "", body?: unknown): Maker {
  return async ({ deps, accountId }) => {
    const webhookId = await deps.accounts.nextId();
    await deps.webhooks.create({
      ...{ accountId, webhookId, url: hook.url, active: true, type: "email_sending", stream: "bulk" },
      ...{ payloadFormat: "json", domainId: null, eventTypes: ["bounce"], createdAt: 0, failures: 0 },
      sealedSecret: await deps.secrets.seal({ accountId, webhookId }, "0".repeat(32)),
    });
    return { path: `/webhooks/${webhookId}${rest}`, body };
  };
}

const webhooks: Record<string, Maker> = {
  "GET /webhooks": () => ({ path: "/webhooks" }),
  "POST /webhooks": () => ({ path: "/webhooks", body: { webhook: hook } }),
  "GET /webhooks/{id}": webhook(),
  "PATCH /webhooks/{id}": webhook("", { webhook: { active: false } }),
  "DELETE /webhooks/{id}": webhook(),
  "POST /webhooks/{id}/test": webhook("/test"),
  "POST /webhooks/{id}/replay": webhook("/replay", {
    ...{ from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
  }),
  "POST /webhooks/{id}/reset_signing_secret": webhook("/reset_signing_secret"),
};

/** Of a token that is for the domain alone. */
function token(rest = ""): Maker {
  return async ({ deps, accountId, domainId }) => {
    const resources = [{ resourceType: "domain" as const, resourceId: domainId, accessLevel: 100 as const }];
    const made = await deps.accounts.tokens.create(accountId, { name: "t", resources, expiresAt: null });
    return { path: `/api_tokens/${made.token.id}${rest}` };
  };
}

function access(rest = "", body?: (place: Place) => unknown): Maker {
  return async (place) => {
    const { deps, accountId } = place;
    const user = await deps.accesses.addUser({ accountId, email: unique(), name: "U", resources: [] });
    return { path: `/account_accesses/${user.id}${rest}`, body: body?.(place) };
  };
}

const grant = ({ domainId }: Place, resource_type: string, access_level: unknown) => ({
  ...{ resource_type, resource_id: domainId, access_level },
});
const subAccounts = ({ organizationId }: Place) => `/organizations/${organizationId}/sub_accounts`;

const people: Record<string, Maker> = {
  "GET /api_tokens": () => ({ path: "/api_tokens" }),
  "GET /api_tokens/{id}": token(),
  "POST /api_tokens": (place) => ({
    path: "/api_tokens",
    body: { name: "New", resources: [grant(place, "domain", 10)] },
  }),
  "POST /api_tokens/{id}/reset": token("/reset"),
  "DELETE /api_tokens/{id}": token(),
  "GET /account_accesses": () => ({ path: "/account_accesses" }),
  "POST /account_accesses": () => ({ path: "/account_accesses", body: { email: unique() } }),
  "DELETE /account_accesses/{id}": access(),
  "PUT /account_accesses/{id}/permissions/bulk": access("/permissions/bulk", (place) => ({
    permissions: [grant(place, "domain", "viewer")],
  })),
  "GET /organizations/{organization_id}/sub_accounts": (place) => ({ path: subAccounts(place) }),
  "POST /organizations/{organization_id}/sub_accounts": (place) => ({
    path: subAccounts(place),
    body: { account: { name: "Sub" } },
  }),
};

/**
 * For each route of the account API a request that succeeds, with whatever it is about made for it. A route
 * that is missing here fails the test of who may call what.
 */
export const lawfulRequests: Readonly<Record<string, Maker>> = {
  ...domains,
  ...billing,
  ...reading,
  ...notifications,
  ...lists,
  ...webhooks,
  ...people,
};
