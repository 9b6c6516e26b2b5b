import { asPosternError, PosternError } from "./errors.ts";
import { failureOf } from "./failure.ts";
import { errorResponse, type HttpEvent, type HttpResponse } from "./http.ts";
import { logger } from "./observability.ts";

/** Answers one call. */
export type Route = (event: HttpEvent) => Promise<HttpResponse>;

/**
 * A function's HTTP door: finds the route by method and path (`POST /api/send`), answers `not_found` where
 * there is none, and renders what a route throws. What no customer may see is logged, without its text,
 * which may quote what the customer wrote, and answered as `internal`.
 */
export function httpDoor(routes: ReadonlyMap<string, Route>): Route {
  return async (event) => {
    try {
      const route = routes.get(`${event.requestContext.http.method} ${event.rawPath}`);
      if (route === undefined) throw new PosternError("not_found");
      return await route(event);
    } catch (thrown) {
      const error = asPosternError(thrown);
      if (error.code === "internal") logger.error("a request failed", { failure: failureOf(thrown) });
      return errorResponse(error);
    }
  };
}
