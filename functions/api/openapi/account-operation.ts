import type * as z from "zod";
import { usualLimits } from "../../../shared/accounts/account.ts";
import { type Pool, poolLimit } from "../../../shared/accounts/pools.ts";
import type { Access, ApiRoute } from "../door/route.ts";
import type { Json, NamedSchemas } from "./json-schema.ts";

const whom: Readonly<Record<Access, string>> = {
  "any token": "For any token, as far as it reaches.",
  "account viewer": "For tokens that see the whole account.",
  "account admin": "For tokens with admin rights on the account.",
};

/** An account route as OpenAPI describes it. */
export function operation(route: ApiRoute, schemas: NamedSchemas): Json {
  return {
    tags: [route.topic],
    operationId: operationId(route.method, route.path),
    summary: route.summary,
    description: wordsOf(route),
    ...(route.isExtension === true && { "x-extension": true }),
    "x-account-path": accountPath(route.path),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query, schemas)],
    ...(route.body && {
      requestBody: { content: { "application/json": { schema: schemas.of(route.body, "input") } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, schema]) => [status, success(status, schema, schemas)]),
      ),
      ...errorsOf(route),
    },
  };
}

/** The same route's path for clients that name the account. */
function accountPath(path: string): string {
  if (/^\/(accounts|organizations)(?=\/|$)/.test(path)) return `/api${path}`;
  return `/api/accounts/{account_id}${path.replace(/^\/domains(?=\/|$)/, "/sending_domains")}`;
}

/** A name for the operation in generated clients: `GET /api/domains/{id}` is `getDomainsId`. */
export function operationId(method: string, path: string): string {
  const words = path.split(/[^a-z]+/i).filter((word) => word !== "" && word !== "api");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function wordsOf({ description, access, pool }: ApiRoute): string {
  return [description, whom[access], pool && limitOf(pool)].filter(Boolean).join(" ");
}

function limitOf(pool: Pool): string {
  const { limit, windowMs } = poolLimit({ ...usualLimits, emailsPerHour: 0 }, pool);
  return `At most ${limit} requests ${windowMs > 60_000 ? "an hour" : "a minute"} for each account, over all calls of this kind.`;
}

function pathParameters(path: string): Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters(query: z.ZodType | undefined, schemas: NamedSchemas): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(query, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name: isList(schema) ? `${name}[]` : name,
    in: "query",
    required: required.includes(name),
    ...(description !== undefined && { description }),
    ...(schema["type"] === "object" && { style: "deepObject", explode: true }),
    schema,
  }));
}

/** Clients write lists in several ways; `name[]` again and again is the one that all understand. */
function isList({ type, anyOf = [] }: Json): boolean {
  return type === "array" || (anyOf as Json[]).some((one) => one["type"] === "array");
}

const successes: Readonly<Record<string, string>> = {
  201: "Made",
  202: "Begun; it goes on in the background",
  204: "Done",
};

function success(status: string, schema: z.ZodType | undefined, schemas: NamedSchemas): Json {
  const description = successes[status] ?? "As asked";
  if (schema === undefined) return { description };
  return { description, content: { "application/json": { schema: schemas.of(schema, "output") } } };
}

const text = (example: string) => ({ type: "string", examples: [example] });
const texts = { type: "array", items: { type: "string" } };
const errorForms = {
  400: { description: "The request cannot be read", form: { error: text("Bad Request") } },
  401: {
    description: "The token is missing, wrong or expired",
    form: { error: text("Incorrect API token") },
  },
  403: { description: "The token may not do this", form: { errors: text("Account access forbidden") } },
  404: {
    description: "There is no such thing, or not in this account",
    form: { error: text("Not Found") },
  },
  422: {
    description: "Fields are wrong: each with its messages, `base` for the request as a whole",
    form: {
      errors: {
        ...{ type: "object", additionalProperties: texts },
        examples: [{ name: ["can't be blank"] }],
      },
    },
  },
  429: { description: "Too many requests; see Retry-After", form: { errors: text("Rate limit exceeded") } },
};
const retryAfter = {
  "Retry-After": { description: "Seconds until trying again can succeed", schema: { type: "integer" } },
};

function errorsOf({ path, body, query }: ApiRoute): Json {
  const statuses = [
    ...(query || body ? [400 as const] : []),
    401 as const,
    403 as const,
    ...(path.includes("{") ? [404 as const] : []),
    ...(body ? [422 as const] : []),
    429 as const,
  ];
  return Object.fromEntries(
    statuses.map((status) => {
      const { description, form } = errorForms[status];
      const schema = { type: "object", properties: form };
      const headers = status === 429 && { headers: retryAfter };
      return [status, { description, ...headers, content: { "application/json": { schema } } }];
    }),
  );
}
