import { describe, expect, it } from "vitest";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import { sendRoutes } from "../../shared/submission/http-routes.ts";
import { describedSystem } from "../support/all-routes.ts";
import { ofType, synthesize } from "./synthesized.ts";

const hosts = { api: "https://api", send: "https://send", bulk: "https://bulk", track: "https://track" };
const { routes, open, document } = describedSystem(hosts);
const general = document.servers.map(({ url }) => url);

/** `host METHOD path` of everything that the description has. */
const described = Object.entries(document.paths).flatMap(([path, { servers, ...methods }]) => {
  const urls = servers === undefined ? general : (servers as { url: string }[]).map(({ url }) => url);
  return urls.flatMap((url) =>
    Object.keys(methods).map((method) => `${url.replace("https://", "")} ${method.toUpperCase()} ${path}`),
  );
});

/** The same of everything that the template has a route for; `$default` stands for what the function answers besides. */
const resources = synthesize();
const declared = ofType(resources, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => {
  const host = resources[Properties.ApiId.Ref]?.Metadata?.["postern:host"];
  return `${host} ${Properties.RouteKey}`;
});
const everyAccountPath = "api ANY /api/{path+}";
const rest = declared.filter((route) => route.endsWith(" $default"));
const single = declared.filter((route) => route !== everyAccountPath && !rest.includes(route));

describe("the API's description", () => {
  it("has every route that the template declares", () => {
    expect(single.length).toBeGreaterThan(10);
    expect(described).toEqual(expect.arrayContaining(single));
    expect(declared).toContain(everyAccountPath);
  });

  it("has every route that the functions answer, and nothing else", () => {
    const sending = [...sendRoutes({} as AcceptDeps, "bulk").keys()];
    const answered = [
      ...routes.map(({ method, path }) => `api ${method} /api${path}`),
      ...open.map(({ path }) => `api GET ${path}`),
      ...sending.flatMap((route) => [`send ${route}`, `bulk ${route}`]),
      ...single.filter((route) => route.startsWith("track ")),
    ];
    expect(described.toSorted()).toEqual(answered.toSorted());
  });

  it("has nothing for which the template has no way in", () => {
    const hasWay = (route: string) => {
      const [host, , path = ""] = route.split(" ");
      const isOfAccount = host === "api" && path.startsWith("/api/");
      // The description itself is what the general host's function answers besides.
      const isBesides = host === "api" && ["/openapi.json", "/reference"].includes(path);
      return single.includes(route) || isOfAccount || (isBesides && rest.includes("api $default"));
    };
    expect(described.filter((route) => !hasWay(route))).toEqual([]);
  });
});
