import * as z from "zod";
import { accessLevelSchema, type Token, type TokenResource } from "../../../shared/accounts/token.ts";
import { isOneLine } from "../../../shared/mail/header-field.ts";

// What the two families of paths call the same thing.
const otherNames: Readonly<Record<string, string>> = { sending_domain: "domain", inbox: "sandbox" };
const namesInAccount: Readonly<Record<string, string>> = { domain: "sending_domain", sandbox: "inbox" };

/** A kind of resource under the one name that we know it by, whichever a client uses. */
export function resourceTypeOf(name: string): string {
  return otherNames[name] ?? name;
}

/** The name of a kind of resource in the family of paths that a client uses. */
export function resourceName(type: string, { namesAccount }: { readonly namesAccount: boolean }): string {
  return namesAccount ? (namesInAccount[type] ?? type) : type;
}

const levelNames: Readonly<Record<string, number>> = { viewer: 10, admin: 100 };

/** A level as a number, its digits or its name. */
export const levelField = z
  .union([z.number(), z.string().transform((text) => levelNames[text.toLowerCase()] ?? Number(text))])
  .pipe(accessLevelSchema);

/** An id as a number or its digits; what is neither is nobody's. */
export const resourceIdField = z.union([z.number(), z.string().transform(Number)]);

/**
 * An end as ISO 8601 time, as epoch ms; null for never, and undefined where nothing was said. In UTC unless it
 * says otherwise.
 */
const expiryField = z
  .string("is invalid")
  .transform((text, context) => {
    const isTime = z.iso.datetime({ offset: true, local: true }).or(z.iso.date()).safeParse(text).success;
    const isZoned = /(Z|[+-]\d{2}:\d{2})$|^\d{4}-\d{2}-\d{2}$/.test(text);
    if (isTime) return Date.parse(isZoned ? text : `${text}Z`);
    context.addIssue({ code: "custom", message: "is invalid" });
    return z.NEVER;
  })
  .nullish()
  .describe("ISO 8601, at most five years ahead; null for never, and a year if it is left out");

const tooLong = "is too long (maximum is 255 characters)";
const nameField = z
  .string("can't be blank")
  .trim()
  .min(1, "can't be blank")
  .max(255, tooLong)
  .refine(isOneLine, "is invalid");

/** What a permission is on, and how much of it, for the API's description. */
export const permissionWords = {
  resource_type: { type: "string", examples: ["domain"], description: "`account` or `domain`" },
  resource_id: { type: "integer" },
  access_level: {
    enum: [100, 10, "admin", "viewer"],
    description: "100 and `admin` are the same, and so on",
  },
} as const;

// What a resource names is looked at by the route, all of it at once, as the API words it.
const wantedResource = z.looseObject({}).meta({
  properties: permissionWords,
  required: Object.keys(permissionWords),
});

export const newTokenSchema = z.object({
  name: z
    .unknown()
    .optional()
    .meta({ type: "string", maxLength: 255, examples: ["Shop"] }),
  resources: z
    .array(wantedResource, "is invalid")
    .max(1_000, "is invalid")
    .nullish()
    .describe("What the token is for; at least one"),
  expires_at: expiryField,
});

export const resetTokenSchema = z.object({ expires_at: expiryField });

/** What is wrong with a name; nothing if it will do. */
export function nameErrors(name: unknown): string[] {
  return nameField.safeParse(name).error?.issues.map(({ message }) => message) ?? [];
}

const grantSchema = z.object({
  resource_type: z.string().transform(resourceTypeOf),
  resource_id: resourceIdField,
  access_level: levelField,
});

/** What a token is to be for, as asked; undefined if it makes no sense. */
export function grantOf(asked: object): { type: string; id: number; level: 10 | 100 } | undefined {
  const { data } = grantSchema.safeParse(asked);
  return data && { type: data.resource_type, id: data.resource_id, level: data.access_level };
}

const resourceSchema = z.object({
  resource_type: z.string(),
  resource_id: z.number().int(),
  access_level: z.number().int(),
});

export const tokenSchema = z
  .object({
    id: z.number().int(),
    name: z.string(),
    last_4_digits: z.string(),
    created_by: z.string(),
    expires_at: z.iso.datetime().nullable(),
    resources: z.array(resourceSchema),
  })
  .meta({ id: "ApiToken" });

export const tokenWithSecretSchema = tokenSchema
  .extend({ token: z.string() })
  .meta({ id: "ApiTokenWithToken" });

/** A token as the API shows it: without its secret. */
export function shownToken(
  token: Token,
  path: { readonly namesAccount: boolean },
): z.infer<typeof tokenSchema> {
  return {
    id: token.id,
    name: token.name,
    last_4_digits: token.last4Digits,
    created_by: token.createdBy,
    expires_at: token.expiresAt === null ? null : new Date(token.expiresAt).toISOString(),
    resources: token.resources.map((resource) => shownResource(resource, path)),
  };
}

function shownResource(
  { resourceType, resourceId, accessLevel }: TokenResource,
  path: { readonly namesAccount: boolean },
): z.infer<typeof resourceSchema> {
  const resource_type = resourceName(resourceType, path);
  return { resource_type, resource_id: resourceId, access_level: accessLevel };
}
