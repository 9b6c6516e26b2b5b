import type { HttpEvent, HttpResponse } from "../../../shared/platform/http.ts";
import type { Json } from "./json-schema.ts";

/** A route of the general host that asks for no token, answered to GET and HEAD. */
export interface OpenRoute {
  /** As the API's description has it: a path with `{names}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description: string;
  /** Of the description's answers, by status. */
  readonly responses: Readonly<Record<number, Json>>;
  /** @param rest what stands in the place of the path's last `{name}`; empty if there is none */
  readonly answer: (rest: string) => HttpResponse | Promise<HttpResponse>;
}

/** Answers requests to these routes; undefined for any other request. */
export function openDoor(routes: readonly OpenRoute[]) {
  return async ({ rawPath, requestContext }: HttpEvent): Promise<HttpResponse | undefined> => {
    const { method } = requestContext.http;
    if (method !== "GET" && method !== "HEAD") return undefined;
    for (const { path, answer } of routes) {
      const start = path.replace(/\{\w+\}$/, "");
      const isThis = start === path ? rawPath === path : rawPath.startsWith(start);
      if (!isThis) continue;
      const response = await answer(rawPath.slice(start.length));
      return method === "HEAD" ? { ...response, body: "" } : response;
    }
    return undefined;
  };
}
