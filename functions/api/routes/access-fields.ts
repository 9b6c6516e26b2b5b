import * as z from "zod";
import { type Access, accessResourceTypes, type PermissionChange } from "../../../shared/accounts/access.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import {
  levelField,
  permissionWords,
  resourceIdField,
  resourceName,
  resourceTypeOf,
} from "./token-fields.ts";

/** One or many: clients write lists in several ways. */
const idList = z.union([z.array(z.string()), z.string().transform((id) => [id])]).optional();

/** The names that the two families of paths, and clients, have for the same filters. */
export const accessQuery = z.object({
  domain_ids: idList,
  domain_uuids: idList,
  inbox_ids: idList,
  sandbox_ids: idList,
  project_ids: idList,
});

/** The domains that a list is to be about; undefined for no filter at all. */
export function domainFilter(query: z.output<typeof accessQuery>): number[] | undefined {
  const filters = Object.values(query).filter((ids) => ids !== undefined);
  if (filters.length === 0) return undefined;
  // There are no inboxes and projects here: nobody has access to them.
  return [...(query.domain_ids ?? []), ...(query.domain_uuids ?? [])].map(Number);
}

const permissionSchema = z.object({
  resource_type: z.string().transform(resourceTypeOf).pipe(z.enum(accessResourceTypes)),
  resource_id: resourceIdField.pipe(z.int()),
  access_level: levelField.optional(),
  _destroy: z.union([z.boolean(), z.stringbool()]).default(false),
});

const wantedPermission = z.unknown().meta({
  type: "object",
  properties: {
    ...permissionWords,
    resource_type: {
      ...permissionWords.resource_type,
      description: "`account`, `domain`, `billing` or `email_template_permission_scope`",
    },
    _destroy: { type: "boolean", default: false, description: "Takes the permission away" },
  },
  required: ["resource_type", "resource_id"],
});

export const bulkSchema = z.object({
  permissions: z.array(wantedPermission, "can't be blank").max(1_000),
});

/** @throws PosternError `not_found` for a resource or level that there is not: this call has no other error */
export function changesOf(asked: readonly unknown[]): PermissionChange[] {
  return asked.map((one) => {
    const { data } = permissionSchema.safeParse(one);
    if (data === undefined || (data.access_level === undefined && !data._destroy)) {
      throw new PosternError("not_found");
    }
    return {
      resourceType: data.resource_type,
      resourceId: data.resource_id,
      accessLevel: data._destroy ? undefined : data.access_level,
    };
  });
}

export const inviteSchema = z.object({
  email: z.string("can't be blank").trim().min(1, "can't be blank").pipe(z.email("is invalid").max(254)),
  permissions: z.array(wantedPermission).max(1_000).default([]),
});

export const accessSchema = z
  .object({
    id: z.int(),
    specifier_type: z.enum(["User", "Invite"]),
    specifier: z.object({
      id: z.int(),
      email: z.string(),
      name: z.string(),
      two_factor_authentication_enabled: z.boolean(),
    }),
    resources: z.array(z.object({ resource_type: z.string(), resource_id: z.int(), access_level: z.int() })),
    permissions: z.object({
      can_read: z.boolean(),
      can_update: z.boolean(),
      can_destroy: z.boolean(),
      can_leave: z.boolean(),
    }),
    invitation_expires_at: z.iso
      .datetime()
      .nullable()
      .describe("Until when an invitation can be accepted; null for users (extension)"),
  })
  .meta({ id: "AccountAccess" });

/**
 * An access as the API shows it.
 *
 * @param asking who asks, by a token that acts for a user
 */
export function shownAccess(
  access: Access,
  path: { readonly namesAccount: boolean },
  asking: Access | undefined,
): z.infer<typeof accessSchema> {
  const { id, kind, owner } = access;
  const isOwn = asking?.id === id;
  return {
    id,
    specifier_type: kind,
    specifier: {
      id: access.specifierId,
      email: access.email,
      // Also of an invitation, where a client stumbles over their absence.
      name: access.name,
      two_factor_authentication_enabled: false,
    },
    resources: shownResources(access, path),
    permissions: {
      can_read: true,
      can_update: !owner && !isOwn,
      can_destroy: !owner,
      can_leave: isOwn && !owner,
    },
    invitation_expires_at: kind === "Invite" ? new Date(access.invitedUntil ?? 0).toISOString() : null,
  };
}

export function shownResources(
  { owner, accountId, resources }: Access,
  path: { readonly namesAccount: boolean },
): z.infer<typeof accessSchema>["resources"] {
  const whole = { resource_type: "account", resource_id: accountId, access_level: 1_000 };
  if (owner) return [whole];
  return resources.map(({ resourceType, resourceId, accessLevel }) => ({
    resource_type: resourceName(resourceType, path),
    ...{ resource_id: resourceId, access_level: accessLevel },
  }));
}
