import { jsonResponse } from "../../../shared/platform/http.ts";
import type { ApiRoute } from "../door/route.ts";
import { type OpenApiDocument, openApiDocument } from "./document.ts";
import type { OpenRoute } from "./open-route.ts";
import { referencePage } from "./page.ts";
import type { HostUrls } from "./urls.ts";

const cached = { "cache-control": "public, max-age=300" };
const pageHeaders = {
  ...cached,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};
// Tools that show or try out a description run in pages of other hosts, and there is nothing secret in it.
const anybody = { "access-control-allow-origin": "*" };

/**
 * The API's description, for whoever asks for it, with or without a token: `/openapi.json` for programs and
 * `/reference` for people.
 *
 * @param open the other routes that ask for no token
 * @returns all routes that ask for none
 */
export function describedRoutes(
  routes: readonly ApiRoute[],
  open: readonly OpenRoute[],
  urls: HostUrls,
): OpenRoute[] {
  let made: OpenApiDocument | undefined;
  const document = () => {
    made ??= openApiDocument(routes, all, urls);
    return made;
  };
  const all: OpenRoute[] = [
    ...open,
    {
      path: "/openapi.json",
      summary: "This description, for programs",
      description: "OpenAPI 3.1, made from the schemas by which requests are read.",
      responses: {
        200: { description: "The document", content: { "application/json": { schema: { type: "object" } } } },
      },
      answer: () => jsonResponse(200, document(), { ...cached, ...anybody }),
    },
    {
      path: "/reference",
      summary: "This description, for people",
      description: "A page without scripts that loads nothing.",
      responses: {
        200: { description: "The page", content: { "text/html": { schema: { type: "string" } } } },
      },
      answer: () => ({ statusCode: 200, headers: pageHeaders, body: referencePage(document()) }),
    },
  ];
  return all;
}
