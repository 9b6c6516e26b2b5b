import type * as z from "zod";
import type { ApiRoute } from "../door/route.ts";
import { type Json, NamedSchemas } from "./json-schema.ts";
import { type SendUrls, sendPaths } from "./send-paths.ts";

/**
 * The description of every route in OpenAPI 3.1, made from the very schemas by which requests are read, so
 * that it cannot say anything else than what the service does.
 */
export function openApiDocument(routes: readonly ApiRoute[], urls: SendUrls) {
  const schemas = new NamedSchemas();
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const account = [...byPath].map(([path, ofPath]): [string, Json] => [
    `/api${path}`,
    Object.fromEntries(ofPath.map((route) => [route.method.toLowerCase(), operation(route, schemas)])),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Postern",
      version: "1.0.0",
      description:
        "Every path `/api/…` of the account API is served as `/api/accounts/{account_id}/…` too, and `domains` as `sending_domains`.",
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }, { apiToken: [] }],
    tags: [...new Set(["Sending", ...routes.map(({ topic }) => topic)])].map((name) => ({ name })),
    paths: { ...sendPaths(urls, schemas), ...Object.fromEntries(account) } as Readonly<Record<string, Json>>,
    components: {
      schemas: schemas.all,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiToken: { type: "apiKey", in: "header", name: "Api-Token" },
      },
    },
  };
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>;

function operation(route: ApiRoute, schemas: NamedSchemas): Json {
  return {
    tags: [route.topic],
    summary: route.summary,
    ...(route.isExtension === true && { "x-extension": true }),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query, schemas)],
    ...(route.body && {
      requestBody: { content: { "application/json": { schema: schemas.of(route.body, "input") } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, schema]) => [status, success(schema, schemas)]),
      ),
      ...errorsOf(route),
    },
  };
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
  return Object.entries(properties).map(([name, schema]) => ({
    name: schema["type"] === "array" ? `${name}[]` : name,
    in: "query",
    required: required.includes(name),
    ...(schema["type"] === "object" && { style: "deepObject", explode: true }),
    schema,
  }));
}

function success(schema: z.ZodType | undefined, schemas: NamedSchemas): Json {
  if (schema === undefined) return { description: "Done" };
  return { description: "Done", content: { "application/json": { schema: schemas.of(schema, "output") } } };
}

const text = { type: "string" };
const texts = { type: "array", items: text };
const errorForms = {
  400: { description: "Bad request", form: { error: text } },
  401: { description: "The token is missing, wrong or expired", form: { error: text } },
  403: { description: "The token may not do this", form: { errors: text } },
  404: { description: "There is no such thing, or not in this account", form: { error: text } },
  422: {
    description: "Fields are wrong",
    form: { errors: { type: "object", additionalProperties: texts } },
  },
  429: { description: "Too many requests; see Retry-After", form: { errors: text } },
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
      return [status, { description, content: { "application/json": { schema } } }];
    }),
  );
}
