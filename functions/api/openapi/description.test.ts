import { describe, expect, it } from "vitest";
import * as z from "zod";
import { route } from "../door/route.ts";
import { apiDescription } from "./description.ts";

const thing = z.object({ id: z.number().int(), note: z.string().nullable() });
const routes = [
  route({
    method: "PATCH",
    path: "/things/{id}",
    topic: "Things",
    summary: "Change <a> thing",
    access: "any token",
    query: z.object({ ids: z.array(z.string()).optional(), since: z.string() }),
    body: z.object({ thing: z.object({ note: z.string() }) }),
    responses: { 200: thing },
    handle: async () => ({ status: 200 }),
  }),
  route({
    method: "DELETE",
    path: "/things/{id}",
    topic: "Things",
    summary: "Delete a thing",
    isExtension: true,
    access: "any token",
    responses: { 204: undefined },
    handle: async () => ({ status: 204 }),
  }),
];
const urls = { send: "https://send.example", bulk: "https://bulk.example" };
const ask = (rawPath: string, method = "GET") =>
  apiDescription(
    routes,
    urls,
  )({
    rawPath,
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method, sourceIp: "192.0.2.1" } },
  });

describe("the API's description", () => {
  const document = JSON.parse(ask("/openapi.json")?.body ?? "");

  it("has each route with the parameters, body and answers of its schemas", () => {
    const { patch, delete: remove } = document.paths["/api/things/{id}"];
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

  it("has the send API on the hosts of both streams", () => {
    expect(document.paths["/api/send"].servers.map(({ url }: { url: string }) => url)).toEqual([
      "https://send.example",
      "https://bulk.example",
    ]);
    const { schema } = document.paths["/api/batch"].post.requestBody.content["application/json"];
    expect(Object.keys(schema.properties.requests.items.properties)).toContain("custom_variables");
  });

  it("is a page for people, too, which runs nothing", () => {
    const { body = "", headers } = ask("/reference") ?? {};
    expect(headers?.["content-security-policy"]).toContain("default-src 'none'");
    expect(body).toContain("Change &lt;a&gt; thing");
    expect(body).not.toContain("<script");
  });

  it("leaves every other request to the API", () => {
    expect(ask("/api/things/1")).toBeUndefined();
    expect(ask("/openapi.json", "POST")).toBeUndefined();
  });
});
