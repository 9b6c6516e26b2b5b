import type { HttpEvent } from "../../shared/platform/http.ts";
import { depsFromEnvironment, urlsFromEnvironment } from "./deps.ts";
import { apiDoor } from "./door/door.ts";
import { describedRoutes } from "./openapi/description.ts";
import { openDoor } from "./openapi/open-route.ts";
import { rawMessageRoute } from "./raw-messages.ts";
import { apiRoutes } from "./routes.ts";

const deps = depsFromEnvironment();
const routes = apiRoutes(deps);
const open = openDoor(describedRoutes(routes, [rawMessageRoute(deps.rawMessages)], urlsFromEnvironment()));
const door = apiDoor(deps, routes);

/** The account API, behind the general host's HTTP API, its description, and the messages that it gave links to. */
export const handler = async (event: HttpEvent) => (await open(event)) ?? (await door(event));
