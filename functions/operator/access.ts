import type { AccessStore } from "../../shared/accounts/access-store.ts";
import type { AccountStore } from "../../shared/accounts/account-store.ts";
import type { OrganizationStore } from "../../shared/accounts/organization-store.ts";
import type { TokenResource } from "../../shared/accounts/token.ts";
import type { ActionOf } from "./actions.ts";

export interface AccessDeps {
  readonly accounts: AccountStore;
  readonly accesses: AccessStore;
  readonly organizations: OrganizationStore;
}

export async function makeToken({ accounts }: AccessDeps, wanted: ActionOf<"createToken">): Promise<object> {
  const { accountId, name, expiresAt, accessId } = wanted;
  const common = { name, expiresAt, createdBy: "Operator" };
  const { token, secret } = await accounts.createToken(accountId, {
    ...common,
    ...(accessId === undefined ? { resources: [placeOf(wanted)] } : { resources: [], accessId }),
  });
  return { tokenId: token.id, token: secret };
}

function placeOf(wanted: ActionOf<"createToken">): TokenResource {
  const { accountId, accessLevel, domainId, organizationId } = wanted;
  if (organizationId !== undefined) {
    return { resourceType: "organization", resourceId: organizationId, accessLevel };
  }
  if (domainId !== undefined) return { resourceType: "domain", resourceId: domainId, accessLevel };
  return { resourceType: "account", resourceId: accountId, accessLevel };
}

export async function makeOrganization(
  { organizations }: AccessDeps,
  { accountId, name }: ActionOf<"createOrganization">,
): Promise<object> {
  const { id } = await organizations.create({ name, mainAccountId: accountId });
  return { organizationId: id };
}

export async function makeUser({ accesses }: AccessDeps, wanted: ActionOf<"createUser">): Promise<object> {
  const { accountId, email, name, accessLevel } = wanted;
  const whole = { resourceType: "account", resourceId: accountId } as const;
  const resources = accessLevel === undefined ? [] : [{ ...whole, accessLevel }];
  const { id, specifierId } = await accesses.addUser({ accountId, email, name, resources });
  return { accessId: id, userId: specifierId };
}

export async function acceptInvitation(
  { accesses }: AccessDeps,
  { accountId, accessId, name }: ActionOf<"acceptInvitation">,
): Promise<object> {
  const { specifierId } = await accesses.accept(accountId, accessId, name);
  return { accessId, userId: specifierId };
}
