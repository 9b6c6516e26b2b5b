import { httpDoor } from "../../shared/platform/http-door.ts";
import { sendRoutes } from "../../shared/submission/http-routes.ts";
import { depsFromEnvironment } from "./deps.ts";

const { deps, stream, originSecret } = depsFromEnvironment();

/** The send API of one stream, behind an HTTP API. */
export const handler = httpDoor(sendRoutes(deps, stream, { originSecret }));
