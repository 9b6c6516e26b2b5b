import { describe, expect, it } from "vitest";
import { router } from "./routes.ts";

function matched(routeKeys: string[], method: string, path: string) {
  const match = router(routeKeys.map((routeKey) => ({ routeKey, functionId: "F" })))(method, path);
  return match && [match.route.routeKey, match.pathParameters];
}

describe("the route of a request", () => {
  const routes = ["$default", "POST /api/send", "ANY /api/{name}", "GET /api/{rest+}", "GET /page/{id}/edit"];

  it.each([
    ["POST", "/api/send", "POST /api/send", {}],
    ["GET", "/api/send", "ANY /api/{name}", { name: "send" }],
    ["GET", "/api/a/b", "GET /api/{rest+}", { rest: "a/b" }],
    ["GET", "/page/a%2Fb%20c/edit", "GET /page/{id}/edit", { id: "a/b c" }],
    ["POST", "/api/a/b", "$default", {}],
    ["GET", "/page//edit", "$default", {}],
    ["GET", "/page/%zz/edit", "GET /page/{id}/edit", { id: "%zz" }],
  ])("%s %s is %s", (method, path, routeKey, parameters) => {
    expect(matched(routes, method, path)).toEqual([routeKey, parameters]);
  });

  it("is none without a default", () => {
    expect(matched(["GET /a"], "GET", "/b")).toBeUndefined();
    expect(matched(["GET /a.b"], "GET", "/axb")).toBeUndefined();
  });
});
