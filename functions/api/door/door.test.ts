import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { fieldErrors } from "./errors.ts";
import { route } from "./route.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
const any = z.unknown();
const described = {
  ...{ topic: "Things", summary: "A thing", responses: { 200: any }, changesNothing: true },
} as const;

const routes = [
  route({
    ...described,
    method: "GET",
    path: "/things",
    access: "any token",
    query: z.object({ ids: z.array(z.string()).optional(), f: z.unknown().optional() }),
    handle: async ({ query, account }) => ({ status: 200, body: { account: account.id, ...query } }),
  }),
  route({
    ...described,
    method: "GET",
    path: "/domains/{id}",
    access: "account viewer",
    handle: async ({ params }) => ({ status: 200, body: params }),
  }),
  route({
    ...described,
    method: "GET",
    path: "/domains/all",
    access: "account viewer",
    pool: "stats",
    handle: async () => ({ status: 200, body: "all" }),
  }),
  route({
    ...described,
    method: "POST",
    path: "/things",
    access: "account admin",
    body: z.object({ thing: z.object({ name: z.string("can't be blank") }) }),
    handle: async ({ body }) => ({ status: 200, body }),
  }),
  route({
    ...described,
    method: "DELETE",
    path: "/things/{id}",
    access: "account admin",
    responses: { 204: undefined },
    handle: async ({ params: { id } }) => {
      if (id === "taken") throw fieldErrors({ base: ["is taken"] });
      if (id === "broken") throw new Error("the database of tokens burns");
      return { status: 204 };
    },
  }),
];

let service: SendService;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  ask = apiClient(service, routes);
  account = await service.account();
});
afterAll(() => service.stop());

describe("the account API's door", () => {
  it.each(["/api", () => `/api/accounts/${account.accountId}`])(
    "serves both families of paths",
    async (base) => {
      const prefix = typeof base === "string" ? base : base();
      const { status, body, headers } = await ask("GET", `${prefix}/things`, { token: account.token });
      expect({ status, body }).toEqual({ status: 200, body: { account: account.accountId } });
      expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    },
  );

  it("knows domains by their other name, and a fixed path before a parameter", async () => {
    const { token } = account;
    expect((await ask("GET", "/api/sending_domains/7", { token })).body).toEqual({ id: "7" });
    expect((await ask("GET", "/api/domains/all", { token })).body).toBe("all");
  });

  it.each([["ids[]=1&ids[]=2"], ["ids=1&ids=2"], ["ids[0]=1&ids[1]=2"]])(
    "reads lists as %s",
    async (text) => {
      const { body } = await ask("GET", `/api/things?${text}&f[a][b]=c`, { token: account.token });
      expect(body).toMatchObject({ ids: ["1", "2"], f: { a: { b: "c" } } });
    },
  );

  it.each([
    ["no token", undefined],
    ["a wrong token", "x".repeat(32)],
  ])("turns away who shows %s", async (_, token) => {
    const { status, body, headers } = await ask("GET", "/api/things", { token });
    expect({ status, body }).toEqual({ status: 401, body: { error: "Incorrect API token" } });
    expect(headers["www-authenticate"]).toBe('Token realm="Application"');
  });

  it("takes a token in the header Api-Token too", async () => {
    expect((await ask("GET", "/api/things", { headers: { "api-token": account.token } })).status).toBe(200);
  });

  it("refuses another account's path", async () => {
    const other = await service.account();
    expect(
      await ask("GET", `/api/accounts/${other.accountId}/things`, { token: account.token }),
    ).toMatchObject({
      status: 403,
      body: { errors: "Account access forbidden" },
    });
  });

  it("refuses who may only look, and shows it what may be seen", async () => {
    const token = account.viewerToken;
    expect((await ask("GET", "/api/domains/7", { token })).status).toBe(200);
    expect((await ask("POST", "/api/things", { token, body: {} })).status).toBe(403);
  });

  it("lets a banned account look, and change nothing", async () => {
    const { token } = await service.account({ status: "banned" });
    expect((await ask("GET", "/api/things", { token })).status).toBe(200);
    expect(await ask("DELETE", "/api/things/1", { token })).toMatchObject({
      status: 403,
      body: { errors: "Account is banned" },
    });
  });

  it("words what is wrong with a body by field, and what is no object as a bad request", async () => {
    const { token } = account;
    expect(await ask("POST", "/api/things", { token, body: { thing: {} } })).toMatchObject({
      status: 422,
      body: { errors: { name: ["can't be blank"] } },
    });
    for (const body of ["{", "[]", "7"]) {
      expect(await ask("POST", "/api/things", { token, body })).toMatchObject({
        status: 400,
        body: { error: "Bad Request" },
      });
    }
  });

  it.each([
    ['"a \\ud83d b"', "a \ufffd b"],
    ['"\\udE00\\ud83d"', "\ufffd\ufffd"],
    ['"\\ud83d\\ude00"', "\u{1f600}"],
    ['"\\\\ud83d \\\\\\ud83d"', "\\ud83d \\\ufffd"],
  ])("reads the text %s as what a table can hold", async (text, read) => {
    const body = `{"thing":{"name":${text}}}`;
    expect((await ask("POST", "/api/things", { token: account.token, body })).body).toEqual({
      thing: { name: read },
    });
  });

  it("answers what a route throws in the API's form, and hides what nobody should see", async () => {
    const { token } = account;
    expect(await ask("DELETE", "/api/things/taken", { token })).toMatchObject({
      status: 422,
      body: { errors: { base: ["is taken"] } },
    });
    expect(await ask("DELETE", "/api/things/broken", { token })).toMatchObject({
      status: 500,
      body: { errors: "Unexpected error" },
    });
    expect(await ask("DELETE", "/api/things/1", { token })).toMatchObject({ status: 204, body: "" });
  });

  it.each(["/api/nothing", "/api/accounts", "/other", "/api/domains/%E0%A4%A"])(
    "does not find %s",
    async (path) => {
      expect(await ask("GET", path, { token: account.token })).toMatchObject({
        status: 404,
        body: { error: "Not Found" },
      });
    },
  );

  it("counts down the general limit and says when to come again", async () => {
    const { token } = await service.account({ requestsPer10Seconds: 2 });
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await ask("GET", "/api/things", { token }));
    expect(answers.map(({ status, headers }) => [status, headers["x-ratelimit-remaining"]])).toEqual([
      [200, "1"],
      [200, "0"],
      [429, "0"],
    ]);
    expect(answers[2]).toMatchObject({
      body: { errors: "Rate limit exceeded" },
      headers: { "retry-after": "10" },
    });
  });

  it("counts the routes of a pool together, for all tokens of an account", async () => {
    const { token, viewerToken } = await service.account();
    for (let count = 0; count < 10; count++) {
      expect((await ask("GET", "/api/domains/all", { token })).status).toBe(200);
    }
    const { status, headers } = await ask("GET", "/api/domains/all", { token: viewerToken });
    expect({ status, after: headers["retry-after"] }).toEqual({ status: 429, after: "60" });
    clock.advance(60_000);
    expect((await ask("GET", "/api/domains/all", { token })).status).toBe(200);
  });

  it("counts a pool up to what the operator has given the account", async () => {
    const { token, accountId } = await service.account();
    await service.accounts.setLimits(accountId, { statsPerMinute: 12 });
    for (let count = 0; count < 12; count++) {
      expect((await ask("GET", "/api/domains/all", { token })).status).toBe(200);
    }
    expect((await ask("GET", "/api/domains/all", { token })).status).toBe(429);
  });
});
