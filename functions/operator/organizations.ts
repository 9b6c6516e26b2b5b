import type { AccountListStore, IdPage } from "../../shared/accounts/account-list-store.ts";
import type { AccountStore } from "../../shared/accounts/account-store.ts";
import type { AuditStore } from "../../shared/accounts/audit-store.ts";
import type { Organization, OrganizationStore } from "../../shared/accounts/organization-store.ts";
import { type CreateSubAccountDeps, createSubAccount } from "../../shared/billing/create-sub-account.ts";
import type {
  OrganizationsAnswer,
  ShownOrganizationAnswer,
} from "../../shared/contracts/operator-answers.ts";
import type { DemoDomainStore } from "../../shared/domains/demo-domain-store.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import { noAccount } from "./accounts.ts";
import type { ActionOf } from "./actions.ts";
import { noteOfAccount, operator } from "./note.ts";

export interface OrganizationDeps extends CreateSubAccountDeps {
  readonly accounts: AccountStore;
  readonly accountList: AccountListStore;
  readonly organizations: OrganizationStore;
  readonly demoDomains: DemoDomainStore;
  readonly audits: Pick<AuditStore, "writes">;
  readonly mailHost: string;
}

export async function makeOrganization(
  { organizations }: OrganizationDeps,
  { accountId, name }: ActionOf<"createOrganization">,
): Promise<object> {
  const { id } = await organizations.create({ name, mainAccountId: accountId });
  return { organizationId: id };
}

/** Organizations, some at a time. */
export async function listOrganizations(
  { accountList }: OrganizationDeps,
  wanted: IdPage,
): Promise<OrganizationsAnswer> {
  const { items, next } = await accountList.organizations(wanted);
  return { organizations: items.map(described), next };
}

export async function showOrganization(
  { organizations }: OrganizationDeps,
  organizationId: number,
): Promise<ShownOrganizationAnswer> {
  const organization = await found(organizations, organizationId);
  const members = await organizations.members(organizationId);
  return {
    ...described(organization),
    subAccounts: members.map(({ id, name }) => ({ accountId: id, name })),
  };
}

export async function makeSubAccount(
  deps: OrganizationDeps,
  wanted: ActionOf<"createSubAccount">,
): Promise<object> {
  const organization = await found(deps.organizations, wanted.organizationId);
  const { mainAccountId } = organization;
  const main = await deps.accounts.get(mainAccountId);
  if (main === undefined) throw noAccount(mainAccountId);
  const { name, ownerEmail = main.ownerEmail } = wanted;
  const { id } = await createSubAccount(deps, organization, { name, ownerEmail }, async (accountId) => [
    ...(await deps.demoDomains.openingWrites(accountId, deps.mailHost)),
    ...deps.audits.writes(accountId, operator, noteOfAccount(wanted, accountId)),
  ]);
  return { accountId: id, ownerEmail };
}

async function found(organizations: OrganizationStore, id: number): Promise<Organization> {
  const organization = await organizations.get(id);
  if (organization !== undefined) return organization;
  throw new PosternError("not_found", { messages: [`no organization ${id}`] });
}

function described({ id, name, mainAccountId }: Organization) {
  return { organizationId: id, name, mainAccountId };
}
