import { describe, expect, it } from "vitest";
import { emailSchemas } from "../../../shared/submission/email-schemas.ts";
import { describedSystem } from "../../../test/support/all-routes.ts";
import { emailFields } from "./email-fields.ts";
import { type Json, NamedSchemas } from "./json-schema.ts";
import { exampleOf } from "./schema-fields.ts";

const urls = {
  api: "https://a.example",
  send: "https://s.example",
  bulk: "https://b.example",
  track: "https://t.example",
};
const { routes, document } = describedSystem(urls);
const withBody = routes.filter(({ body }) => body !== undefined);

describe("an example of what a request carries", () => {
  it.each(withBody.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "is taken: %s",
    (_, { body }) => {
      const schemas = new NamedSchemas();
      if (body === undefined) throw new Error("it carries nothing");
      const example = exampleOf(schemas.of(body, "input"), schemas.all);
      expect(Object.keys(example as object).length).toBeGreaterThan(0);
      expect(body.safeParse(example).error).toBeUndefined();
    },
  );

  it.each(Object.keys(emailFields))("is taken for an email's %s", (name) => {
    const field = name as keyof typeof emailFields;
    const example = exampleOf(emailFields[field], {}, name);
    expect(emailSchemas[field].safeParse(example).error).toBeUndefined();
  });

  it.each(["/api/send", "/api/batch"])("is taken by %s, field by field", (path) => {
    const { post } = document.paths[path] as { post: { requestBody: { content: Json } } };
    const { example } = post.requestBody.content["application/json"] as { example: Json };
    const { base, requests = [example] } = example as { base?: Json; requests?: Json[] };
    for (const email of [base ?? {}, ...requests]) {
      for (const [name, value] of Object.entries(email)) {
        expect(emailSchemas[name as keyof typeof emailSchemas].safeParse(value).error).toBeUndefined();
      }
    }
  });
});

describe("a filter of the log", () => {
  it("is described with its operators, by the names that requests write", () => {
    const { get } = document.paths["/api/email_logs"] as { get: { parameters: Json[] } };
    const filters = get.parameters.find(({ name }) => name === "filters");
    expect(filters).toMatchObject({
      ...{ style: "deepObject", explode: true },
      schema: {
        properties: {
          sent_after: { format: "date-time" },
          subject: { properties: { operator: { enum: expect.arrayContaining(["ci_equal", "empty"]) } } },
          clicks_count: { properties: { operator: { enum: ["equal", "greater_than", "less_than"] } } },
        },
      },
    });
  });
});
