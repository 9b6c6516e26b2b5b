import * as z from "zod";
import { accessLevelSchema, type Token, type TokenResource } from "./token.ts";

/** What a user or an invited one can be given access to. */
export const accessResourceTypes = [
  "account",
  "billing",
  "domain",
  "email_template_permission_scope",
] as const;

export const accessResourceSchema = z.object({
  resourceType: z.enum(accessResourceTypes),
  resourceId: z.number().int(),
  accessLevel: accessLevelSchema,
});

/** Who has access to an account, besides tokens: a user, or somebody who was invited to become one. */
export const accessSchema = z.object({
  id: z.number().int(),
  accountId: z.number().int(),
  kind: z.enum(["User", "Invite"]),
  /** The user's own id, the same in all accounts; of an invitation, the access's. */
  specifierId: z.number().int(),
  /** Lower case. */
  email: z.string(),
  name: z.string(),
  /** Whose account it is: nobody else can change or remove him. */
  owner: z.boolean(),
  resources: z.array(accessResourceSchema),
  createdAt: z.number(),
  /** The invitation that counts, or by which he came: a UUID; nobody of whom the operator has made a user has one. */
  invitationId: z.string().optional(),
  /** Epoch ms until which the invitation can be accepted. */
  invitedUntil: z.number().optional(),
  /** Counts changes. */
  version: z.number().int().default(0),
});

export type Access = z.infer<typeof accessSchema>;
export type AccessResource = z.infer<typeof accessResourceSchema>;

/** A change of what somebody may: upserted by type and id, or taken away. */
export interface PermissionChange {
  readonly resourceType: AccessResource["resourceType"];
  readonly resourceId: number;
  /** Undefined takes it away. */
  readonly accessLevel: AccessResource["accessLevel"] | undefined;
}

/** The resources after some changes, in their order. */
export function changedResources(
  resources: readonly AccessResource[],
  changes: readonly PermissionChange[],
): AccessResource[] {
  const keyOf = ({ resourceType, resourceId }: PermissionChange | AccessResource) =>
    `${resourceType}/${resourceId}`;
  const byKey = new Map(resources.map((resource) => [keyOf(resource), resource]));
  for (const change of changes) {
    const { accessLevel, ...place } = change;
    if (accessLevel === undefined) byKey.delete(keyOf(change));
    else byKey.set(keyOf(change), { ...place, accessLevel });
  }
  return [...byKey.values()];
}

/** What a token may that acts for a user: whatever he may. */
export function tokenOfUser(token: Token, { owner, accountId, resources }: Access): Token {
  const whole: TokenResource = { resourceType: "account", resourceId: accountId, accessLevel: 100 };
  return { ...token, resources: owner ? [whole] : resources.flatMap(asTokenResource) };
}

function asTokenResource({ resourceType, ...rest }: AccessResource): TokenResource[] {
  return resourceType === "account" || resourceType === "domain" ? [{ resourceType, ...rest }] : [];
}

/** Whether somebody has access to a domain, by whatever way. */
export function reachesDomain({ owner, accountId, resources }: Access, domainId: number): boolean {
  return (
    owner ||
    resources.some(
      ({ resourceType: type, resourceId: id }) =>
        (type === "account" && id === accountId) || (type === "domain" && id === domainId),
    )
  );
}
