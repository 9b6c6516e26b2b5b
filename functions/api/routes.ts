import type { ApiDeps } from "./deps.ts";
import type { ApiRoute } from "./door/route.ts";

/** The account API: every topic's routes. */
export function apiRoutes(_deps: ApiDeps): ApiRoute[] {
  return [];
}
