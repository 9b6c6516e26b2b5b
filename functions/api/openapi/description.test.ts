import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { route } from "../door/route.ts";
import { describedRoutes } from "./description.ts";
import { type OpenRoute, openDoor } from "./open-route.ts";

const thing = z.object({ id: z.number().int(), note: z.string().nullable() });
const routes = [
  route({
    method: "PATCH",
    path: "/domains/{id}",
    topic: "Domains",
    summary: "Change <a> thing",
    description: "It *is* `changed`.",
    access: "any token",
    pool: "stats",
    query: z.object({ ids: z.array(z.string()).optional(), since: z.string() }),
    body: z.object({ thing: z.object({ note: z.string().describe("What to note") }) }),
    responses: { 200: thing },
    handle: async () => ({ status: 200 }),
  }),
  route({
    method: "DELETE",
    path: "/domains/{id}",
    topic: "Domains",
    summary: "Delete a thing",
    isExtension: true,
    access: "account admin",
    responses: { 204: undefined },
    handle: async () => ({ status: 204 }),
  }),
];
const link: OpenRoute = {
  ...{ path: "/api/links/{token}", summary: "A link", description: "For whoever has it." },
  responses: { 200: { description: "Text" } },
  answer: (token) => ({ statusCode: 200, headers: {}, body: token }),
};
const urls = {
  ...{ api: "https://api.example", track: "https://track.example" },
  ...{ send: "https://send.example", bulk: "https://bulk.example" },
};
const ask = async (rawPath: string, method = "GET") =>
  await openDoor(describedRoutes(routes, [link], urls))({
    rawPath,
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method, sourceIp: "192.0.2.1" } },
  });
const document = JSON.parse((await ask("/openapi.json"))?.body ?? "");

describe("the API's description", () => {
  it("has each route with the parameters, body and answers of its schemas", () => {
    const { patch, delete: remove } = document.paths["/api/domains/{id}"];
    expect(patch.parameters.map((it: { name: string; in: string }) => `${it.in} ${it.name}`)).toEqual([
      "path id",
      "query ids[]",
      "query since",
    ]);
    expect(patch.requestBody.content["application/json"].schema.properties.thing.required).toEqual(["note"]);
    expect(patch.responses["200"].content["application/json"].schema.properties.id.type).toBe("integer");
    expect(Object.keys(patch.responses)).toEqual(["200", "400", "401", "403", "404", "422", "429"]);
    expect(remove).toMatchObject({ "x-extension": true, responses: { 204: { description: "Done" } } });
  });

  it("says for whom a route is, how often, and by which other path", () => {
    const { patch, delete: remove } = document.paths["/api/domains/{id}"];
    expect(patch.description).toBe(
      "It *is* `changed`. For any token, as far as it reaches. At most 10 requests a minute for each account, over all calls of this kind.",
    );
    expect(remove.description).toBe("For tokens with admin rights on the account.");
    expect(patch["x-account-path"]).toBe("/api/accounts/{account_id}/sending_domains/{id}");
  });

  it("has a name for each operation, and no name twice", () => {
    const items = Object.values<Record<string, { operationId?: string }>>(document.paths);
    const operations = items.flatMap(({ servers: _servers, ...methods }) => Object.values(methods));
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toContain("patchDomainsId");
    expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id ?? ""))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has the send API on the hosts of both streams", () => {
    expect(document.paths["/api/send"].servers.map(({ url }: { url: string }) => url)).toEqual([
      "https://send.example",
      "https://bulk.example",
    ]);
    const { schema } = document.paths["/api/batch"].post.requestBody.content["application/json"];
    const { properties } = schema.properties.requests.items;
    expect(properties.to.items.properties.email.format).toBe("email");
    expect(properties.attachments.items.required).toEqual(["content", "filename"]);
    expect(Object.keys(schema.properties.base.properties)).not.toContain("to");
  });

  it("has what needs no token, on its hosts, as what needs none", () => {
    for (const path of ["/api/links/{token}", "/openapi.json", "/reference", "/o/{token}"]) {
      expect(document.paths[path].get.security).toEqual([]);
    }
    const { servers, get, post } = document.paths["/invitations/{token}"];
    expect(servers[0].url).toBe("https://track.example");
    expect([Object.keys(get.responses), Object.keys(post.responses)]).toEqual([
      ["200", "404", "410", "503"],
      ["200", "404", "410", "422", "503"],
    ]);
  });
});

describe("the page for people", () => {
  it("is sound HTML that runs and loads nothing", async () => {
    const { body = "", headers } = (await ask("/reference")) ?? {};
    const errors: string[] = [];
    parse(body, { onParseError: ({ code }) => errors.push(code) });
    expect(errors).toEqual([]);
    expect(headers?.["content-security-policy"]).toContain("default-src 'none'");
    expect(body).not.toMatch(/<script|<link|<img/);
  });

  it("says what a program reads, as text", async () => {
    const { body = "" } = (await ask("/reference")) ?? {};
    expect(body).toContain("Change &#60;a&#62; thing");
    expect(body).toContain("It *is* <code>changed</code>.");
    expect(body).toContain(
      "<td><code>thing.note</code></td><td>string</td><td>required</td><td>What to note</td>",
    );
    expect(body).toContain("curl --request PATCH &#39;https://api.example/api/domains/{id}?since=text&#39;");
    expect(body).toContain('<a href="#pages-for-recipients">');
  });
});

describe("what is asked for without a token", () => {
  it("is answered to GET and HEAD alone, with what the link brings", async () => {
    expect((await ask("/api/links/abc"))?.body).toBe("abc");
    expect(await ask("/api/links/abc", "HEAD")).toMatchObject({ statusCode: 200, body: "" });
    for (const [path, method] of [
      ["/api/domains/1", "GET"],
      ["/openapi.json", "POST"],
      ["/openapi.json/more", "GET"],
    ] as const) {
      expect(await ask(path, method)).toBeUndefined();
    }
  });
});
