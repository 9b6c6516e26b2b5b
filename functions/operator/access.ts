import type { AccessStore } from "../../shared/accounts/access-store.ts";
import type { AccountStore } from "../../shared/accounts/account-store.ts";
import type { TokenResource } from "../../shared/accounts/token.ts";
import type { UsersAnswer } from "../../shared/contracts/operator-answers.ts";
import type { ActionOf } from "./actions.ts";

export interface AccessDeps {
  readonly accounts: AccountStore;
  readonly accesses: AccessStore;
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

export async function makeUser({ accesses }: AccessDeps, wanted: ActionOf<"createUser">): Promise<object> {
  const { accountId, email, name, accessLevel } = wanted;
  const whole = { resourceType: "account", resourceId: accountId } as const;
  const resources = accessLevel === undefined ? [] : [{ ...whole, accessLevel }];
  const { id, specifierId } = await accesses.addUser({ accountId, email, name, resources });
  return { accessId: id, userId: specifierId };
}

/** Who has access to an account, and who is invited. */
export async function listUsers({ accesses }: AccessDeps, accountId: number): Promise<UsersAnswer> {
  const users = (await accesses.list(accountId)).map((access) => {
    const isInvitation = access.kind === "Invite";
    const { id: accessId, specifierId, owner, email, name, resources, createdAt } = access;
    return {
      ...{ accessId, email, name, createdAt: new Date(createdAt).toISOString() },
      ...(!isInvitation && { userId: specifierId }),
      kind: isInvitation ? ("invitation" as const) : owner ? ("owner" as const) : ("user" as const),
      access: resources.map(({ resourceType: what, resourceId: id, accessLevel: level }) => ({
        ...{ what, id, level },
      })),
    };
  });
  return { accountId, users };
}

export async function acceptInvitation(
  { accesses }: AccessDeps,
  { accountId, accessId, name }: ActionOf<"acceptInvitation">,
): Promise<object> {
  const { specifierId } = await accesses.accept(accountId, accessId, name);
  return { accessId, userId: specifierId };
}
