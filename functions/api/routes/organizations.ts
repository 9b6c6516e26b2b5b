import * as z from "zod";
import type { AccountStore } from "../../../shared/accounts/account-store.ts";
import { auditNote } from "../../../shared/accounts/audit.ts";
import type { Organization, OrganizationStore } from "../../../shared/accounts/organization-store.ts";
import { createSubAccount } from "../../../shared/billing/create-sub-account.ts";
import type { DomainWork } from "../../../shared/domains/domain-work.ts";
import { isOneLine } from "../../../shared/mail/header-field.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import type { QuotaStore } from "../../../shared/quota/quota-store.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";

export interface OrganizationDeps {
  readonly accounts: AccountStore;
  readonly organizations: OrganizationStore;
  readonly quota: QuotaStore;
  readonly domainWork: Pick<DomainWork, "demoDomains" | "mailHost">;
  readonly clock: Clock;
}

const path = "/organizations/{organization_id}/sub_accounts";
const topic = "Organizations";
const subAccountSchema = z.object({ id: z.int(), name: z.string() }).meta({ id: "SubAccount" });
const longestName = 255;
const accountWords = {
  type: "object",
  properties: { name: { type: "string", maxLength: longestName, examples: ["Team"] } },
  required: ["name"],
};

/** Organizations and their sub-accounts. */
export function organizationRoutes(deps: OrganizationDeps): ApiRoute[] {
  return [listRoute(deps), createRoute(deps)];
}

function listRoute({ organizations }: OrganizationDeps): ApiRoute {
  return route({
    ...{ method: "GET", path, topic, access: "any token" },
    summary: "List an organization's sub-accounts, with a token of the organization",
    responses: { 200: z.array(subAccountSchema) },
    async handle(request) {
      const { id } = await organizationOf(organizations, request);
      return { status: 200, body: await organizations.members(id) };
    },
  });
}

function createRoute(deps: OrganizationDeps): ApiRoute {
  return route({
    ...{ method: "POST", path, topic, access: "any token" },
    summary:
      "Create a sub-account, with a token of the organization; it has the plan of the organization, and uses its quota",
    body: z.object({ account: z.unknown().optional().meta(accountWords) }),
    responses: { 200: subAccountSchema, 400: undefined },
    async handle(request) {
      const organization = await organizationOf(deps.organizations, request);
      const name = nameIn(request.body.account);
      // What the service that clients are written for answers to this.
      if (name === undefined) return { status: 400, text: "", headers: { "content-type": "text/html" } };
      if (name.length > longestName)
        throw fieldErrors({ name: [`is too long (maximum is ${longestName} characters)`] });
      // It stands in emails, to people who are invited, too.
      if (!isOneLine(name)) throw fieldErrors({ name: ["is invalid"] });
      const wanted = { name, ownerEmail: request.account.ownerEmail };
      const { demoDomains, mailHost } = deps.domainWork;
      const member = await createSubAccount(deps, organization, wanted, (accountId) =>
        demoDomains.openingWrites(accountId, mailHost),
      );
      const audit = auditNote({ type: "account", verb: "created", ...member, after: { name } });
      return { status: 200, body: member, audit };
    },
  });
}

/**
 * The organization in the path.
 *
 * @throws PosternError `access_forbidden` for a token that is not its own, or may only look where it is to change
 */
async function organizationOf(
  organizations: OrganizationStore,
  { params, permissions }: Pick<ApiRequest, "params" | "permissions">,
): Promise<Organization> {
  const id = Number(params["organization_id"]);
  const organization = permissions.onOrganization(id) >= 100 ? await organizations.get(id) : undefined;
  if (organization === undefined) throw new PosternError("access_forbidden");
  return organization;
}

function nameIn(account: unknown): string | undefined {
  const name: unknown = Object(account).name;
  return typeof name === "string" && name.trim() !== "" ? name.trim() : undefined;
}
