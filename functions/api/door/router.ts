import { PosternError } from "../../../shared/platform/errors.ts";
import type { ApiRoute } from "./route.ts";

export interface RouteMatch {
  readonly route: ApiRoute;
  readonly params: Readonly<Record<string, string>>;
  /** The account that the path names, where it names one. */
  readonly accountId: string | undefined;
}

interface Pattern {
  readonly route: ApiRoute;
  readonly path: RegExp;
  /** Fixed parts win over parameters. */
  readonly parameters: number;
}

const accountPath = /^\/api\/accounts\/([^/]+)(?=\/)/;
const generalPath = /^\/api(?=\/)/;
/** The same thing under the two names that it has in the API's two families of paths. */
const otherName = /^\/sending_domains(?=\/|$)/;

/**
 * Finds the route for a path of either family: `/api/…`, or `/api/accounts/{account_id}/…` for clients that
 * name the account.
 *
 * @throws PosternError `not_found`
 */
export function router(routes: readonly ApiRoute[]): (method: string, path: string) => RouteMatch {
  const patterns = routes.map(patternOf).toSorted((a, b) => a.parameters - b.parameters);
  const matchIn = (method: string, path: string, prefix: RegExp, accountId?: string) => {
    if (!prefix.test(path)) return undefined;
    const suffix = path.replace(prefix, "").replace(otherName, "/domains").replace(/\/$/, "");
    const found = patterns.find(({ route, path: it }) => route.method === method && it.test(suffix));
    return found && { route: found.route, params: decoded(found.path.exec(suffix)?.groups ?? {}), accountId };
  };
  return (method, path) => {
    const match =
      matchIn(method, path, generalPath) ?? matchIn(method, path, accountPath, accountPath.exec(path)?.[1]);
    if (match === undefined) throw new PosternError("not_found");
    return match;
  };
}

function patternOf(route: ApiRoute): Pattern {
  const parts = route.path.split("/").map((part) => {
    const parameter = /^\{(\w+)\}$/.exec(part);
    return parameter ? `(?<${parameter[1]}>[^/]+)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  const parameters = parts.filter((part) => part.startsWith("(")).length;
  return { route, parameters, path: new RegExp(`^${parts.join("/")}$`) };
}

function decoded(params: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    throw new PosternError("not_found");
  }
}
