import type { HttpEvent } from "../../shared/platform/http.ts";
import { depsFromEnvironment, urlsFromEnvironment } from "./deps.ts";
import { apiDoor } from "./door/door.ts";
import { apiDescription } from "./openapi/description.ts";
import { rawMessage } from "./raw-messages.ts";
import { apiRoutes } from "./routes.ts";

const deps = depsFromEnvironment();
const routes = apiRoutes(deps);
const describe = apiDescription(routes, urlsFromEnvironment());
const door = apiDoor(deps, routes);

/** The account API, behind the general host's HTTP API, its description, and the messages that it gave links to. */
export const handler = async (event: HttpEvent) =>
  describe(event) ?? (await rawMessage(deps.rawMessages, event)) ?? (await door(event));
