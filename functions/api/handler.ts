import { depsFromEnvironment } from "./deps.ts";
import { apiDoor } from "./door/door.ts";
import { apiRoutes } from "./routes.ts";

const deps = depsFromEnvironment();

/** The account API, behind the general host's HTTP API. */
export const handler = apiDoor(deps, apiRoutes(deps));
