import type { ApiDeps } from "../../functions/api/deps.ts";
import { describedRoutes } from "../../functions/api/openapi/description.ts";
import { openApiDocument } from "../../functions/api/openapi/document.ts";
import type { HostUrls } from "../../functions/api/openapi/urls.ts";
import { rawMessageRoute } from "../../functions/api/raw-messages.ts";
import { apiRoutes } from "../../functions/api/routes.ts";

/** Stands for whatever a route is made with, where nobody will ask it for anything. */
const anything: unknown = new Proxy(() => undefined, { get: () => anything });

/** The account API's routes, what it answers without a token, and the description of both. */
export function describedSystem(urls: HostUrls) {
  const deps = anything as ApiDeps;
  const routes = apiRoutes(deps);
  const open = describedRoutes(routes, [rawMessageRoute(deps.rawMessages)], urls);
  return { routes, open, document: openApiDocument(routes, open, urls) };
}
