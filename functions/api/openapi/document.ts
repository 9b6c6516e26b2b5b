import type { ApiRoute } from "../door/route.ts";
import { operation, operationId } from "./account-operation.ts";
import { type Json, NamedSchemas } from "./json-schema.ts";
import type { OpenRoute } from "./open-route.ts";
import { pagePaths } from "./page-paths.ts";
import { sendPaths } from "./send-paths.ts";
import { topicWords } from "./topic-words.ts";
import type { HostUrls } from "./urls.ts";

const description = `Send email and see what became of it. The API is compatible with Mailtrap's; what is marked as an
extension is an addition.

**Hosts.** Emails are sent through the host of their stream, everything else goes to the general host.

**Tokens.** Every request shows an API token, as \`Authorization: Bearer <token>\` or as \`Api-Token: <token>\`.

**Two families of paths.** Every path \`/api/…\` of the account API is served as \`/api/accounts/{account_id}/…\`, too, and
\`domains\` as \`sending_domains\`, for clients that name the account. Answers then call some things by other names.

**Limits.** 150 requests in 10 seconds for each token unless the operator has set another limit, and tighter ones where an
operation says so. \`X-Ratelimit-Limit\` and \`X-Ratelimit-Remaining\` tell where you are; 429 has \`Retry-After\`, in seconds.

**Errors.** 500 and 429 can be tried again; everything else needs a change of the request.`;

/**
 * The description of every route in OpenAPI 3.1, made from the very schemas by which requests are read, so
 * that it cannot say anything else than what the service does.
 *
 * @param open what the general host answers without a token
 */
export function openApiDocument(routes: readonly ApiRoute[], open: readonly OpenRoute[], urls: HostUrls) {
  const schemas = new NamedSchemas();
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const account = [...byPath].map(([path, ofPath]): [string, Json] => [
    `/api${path}`,
    Object.fromEntries(ofPath.map((route) => [route.method.toLowerCase(), operation(route, schemas)])),
  ]);
  const paths = {
    ...sendPaths(urls, schemas),
    ...Object.fromEntries(account),
    ...Object.fromEntries(open.map((route) => [route.path, { get: openOperation(route) }])),
    ...pagePaths(urls),
  };
  const topics = ["Sending", ...routes.map(({ topic }) => topic), "Links", "Pages for recipients"];
  return {
    openapi: "3.1.0",
    info: { title: "Postern", version: "1.0.0", description },
    servers: [{ url: urls.api, description: "general host" }],
    security: [{ bearer: [] }, { apiToken: [] }],
    tags: [...new Set(topics)].map((name) => ({ name, ...wordsOn(name) })),
    paths: paths as Readonly<Record<string, Json>>,
    components: {
      schemas: schemas.all,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API token" },
        apiToken: { type: "apiKey", in: "header", name: "Api-Token", description: "The same, as a header" },
      },
    },
  };
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>;

function wordsOn(topic: string): { description?: string } {
  const words = topicWords[topic];
  return words === undefined ? {} : { description: words };
}

function openOperation({ path, summary, description, responses }: OpenRoute): Json {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return {
    ...{ tags: ["Links"], operationId: operationId("GET", path), summary, description, security: [] },
    ...{ "x-extension": true, responses },
    parameters: names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
  };
}
