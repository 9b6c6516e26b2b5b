/** A route of an HTTP API and the function behind it. */
export interface Route {
  /** `POST /api/send`, `ANY /pages/{name}`, `GET /files/{path+}` or `$default`. */
  readonly routeKey: string;
  readonly functionId: string;
}

export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly route: Route;
  readonly method: string;
  readonly path: RegExp;
  /** The more exact pattern wins: fixed parts over parameters over greedy ones, a method over ANY. */
  readonly rank: number;
}

/** Finds the route of a request as an HTTP API does: the most exact one, `$default` last. */
export function router(routes: readonly Route[]): (method: string, path: string) => RouteMatch | undefined {
  const patterns = routes
    .filter(({ routeKey }) => routeKey !== "$default")
    .map(patternOf)
    .toSorted((a, b) => b.rank - a.rank);
  const fallback = routes.find(({ routeKey }) => routeKey === "$default");
  return (method, path) => {
    for (const pattern of patterns) {
      if (pattern.method !== "ANY" && pattern.method !== method) continue;
      const match = pattern.path.exec(path);
      if (match) return { route: pattern.route, pathParameters: decoded(match.groups ?? {}) };
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
}

function patternOf(route: Route): Pattern {
  const [method = "", path = ""] = route.routeKey.split(" ");
  const parts = path.split("/").map((part) => {
    const parameter = /^\{([^+}]+)(\+?)\}$/.exec(part);
    if (!parameter) return { source: part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), rank: 3 };
    const [, name, greedy] = parameter;
    return greedy ? { source: `(?<${name}>.+)`, rank: 1 } : { source: `(?<${name}>[^/]+)`, rank: 2 };
  });
  const rank = parts.reduce((sum, part) => sum * 4 + part.rank, 0) + (method === "ANY" ? 0 : 0.5);
  return { route, method, rank, path: new RegExp(`^${parts.map(({ source }) => source).join("/")}$`) };
}

function decoded(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
