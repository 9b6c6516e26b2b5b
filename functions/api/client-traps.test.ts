import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HttpResponse } from "../../shared/platform/http.ts";
import { type AccountApi, newPlace, startAccountApi } from "../../test/support/account-api.ts";
import { lawfulRequests, type Place } from "../../test/support/api-requests.ts";
import { apiEvent } from "../../test/support/api-service.ts";
import { apiDoor } from "./door/door.ts";
import { apiRoutes } from "./routes.ts";

// What the official clients for other languages stumble over, each by what its source does with an answer.

type Json = Readonly<Record<string, unknown>>;

let api: AccountApi;
let door: ReturnType<typeof apiDoor>;
let place: Place;
let secrets: { account: string; organization: string };

beforeAll(async () => {
  api = await startAccountApi();
  door = apiDoor(api.deps, apiRoutes(api.deps));
  place = await newPlace(api.deps);
  secrets = {
    account: await secretFor(place, "account"),
    organization: await secretFor(place, "organization"),
  };
}, 60_000);
afterAll(() => api.stop());

async function secretFor({ accountId, organizationId }: Place, resourceType: "account" | "organization") {
  const resourceId = resourceType === "account" ? accountId : organizationId;
  const resources = [{ resourceType, resourceId, accessLevel: 100 as const }];
  return (await api.deps.accounts.createToken(accountId, { name: "T", resources, expiresAt: null })).secret;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  token = secrets.account,
): Promise<HttpResponse> {
  return await door(apiEvent(method, `/api/accounts/${place.accountId}${path}`, { token, body }));
}

async function lawful(key: string): Promise<HttpResponse> {
  const [method = ""] = key.split(" ");
  const request = await lawfulRequests[key]?.(place);
  const isOfOrganization = key.includes("/organizations/");
  const token = isOfOrganization ? secrets.organization : secrets.account;
  return await door(apiEvent(method, `/api${request?.path}`, { token, body: request?.body }));
}

const read = <Shape>({ statusCode, body }: HttpResponse): Shape => {
  expect(statusCode).toBeLessThan(300);
  return JSON.parse(body) as Shape;
};

describe("the client for Python", () => {
  it("finds all six keys on each DNS record", async () => {
    const { data } = read<{ data: { dns_records: Json[] }[] }>(await ask("GET", "/sending_domains"));
    const records = data.flatMap(({ dns_records }) => dns_records);
    expect(records.length).toBeGreaterThanOrEqual(5);
    for (const record of records) {
      for (const key of ["key", "domain", "name", "type", "value", "status"]) {
        expect(record[key], key).toEqual(expect.any(String));
      }
    }
  });

  it("finds who made each token, by name", async () => {
    await lawful("POST /api_tokens");
    const tokens = read<Json[]>(await ask("GET", "/api_tokens"));
    expect(tokens.length).toBeGreaterThan(1);
    for (const { created_by } of tokens) expect(created_by).toMatch(/./);
  });

  it("finds a name and a flag on each specifier, of an invitation too", async () => {
    await lawful("POST /account_accesses");
    const accesses = read<{ specifier_type: string; specifier: Json }[]>(
      await ask("GET", "/account_accesses"),
    );
    expect(accesses.map(({ specifier_type }) => specifier_type)).toEqual(["User", "Invite"]);
    for (const { specifier } of accesses) {
      expect(specifier).toMatchObject({ name: "", two_factor_authentication_enabled: false });
    }
  });

  it("finds testing, and whole numbers, in the usage, also of a plan without a limit", async () => {
    const usage = read<Record<"sending" | "testing", { usage: Record<string, Json> }>>(
      await ask("GET", "/billing/usage"),
    );
    const counts = [...Object.values(usage.sending.usage), ...Object.values(usage.testing.usage)];
    expect(counts).toHaveLength(3);
    for (const { current, limit } of counts) {
      expect([Number.isInteger(current), Number.isInteger(limit)]).toEqual([true, true]);
    }
  });

  it.each(["DELETE /suppressions/{id}", "DELETE /tracking_opt_outs/{id}"])(
    "reads JSON where it says %s",
    async (key) => {
      expect(read<Json>(await lawful(key))).toMatchObject({ id: expect.any(String) });
    },
  );
});

describe("the client for Ruby", () => {
  it("finds JSON under exactly one content type, in answers and errors", async () => {
    const keys = Object.keys(lawfulRequests).filter(
      (key) => !key.startsWith("DELETE ") && !key.includes("/export"),
    );
    for (const key of keys) {
      const { headers, body } = await lawful(key);
      if (body !== "") expect(headers["content-type"], key).toBe("application/json; charset=utf-8");
    }
    for (const path of ["/nothing", "/sending_domains/0", "/stats"]) {
      expect((await ask("GET", path)).headers["content-type"]).toBe("application/json; charset=utf-8");
    }
  }, 60_000);

  it.each(["/sending_domains", "/webhooks", "/company_info"])("finds %s in an envelope", async (path) => {
    const asked = path === "/company_info" ? `/sending_domains/${place.domainId}${path}` : path;
    expect(read<Json>(await ask("GET", asked))["data"]).toBeDefined();
  });
});

describe("the client for Go", () => {
  it("finds numbers for the ids of tokens and of what they are for", async () => {
    const resource = {
      resource_type: "sending_domain",
      resource_id: String(place.domainId),
      access_level: 10,
    };
    const made = read<{ id: unknown; resources: Json[] }>(
      await ask("POST", "/api_tokens", { name: "n", resources: [resource] }),
    );
    expect([made.id, made.resources[0]?.["resource_id"]]).toEqual([expect.any(Number), place.domainId]);
  });
});

/** The same body with each of its values in turn made something else. */
function* spoilt(body: unknown): Generator<unknown> {
  if (typeof body !== "object" || body === null) return;
  for (const [key, value] of Object.entries(body)) {
    for (const wrong of [null, 7, "", "\u0000", [], {}, [7], true]) yield { ...body, [key]: wrong };
    for (const within of spoilt(value)) yield { ...body, [key]: within };
  }
}

/** What every client makes a message of: a text under one of two keys, or lists of texts by field. */
function isReadable({ error, errors, ...others }: Json): boolean {
  if (Object.keys(others).length > 0) return false;
  if (typeof error === "string" && errors === undefined) return error !== "";
  if (typeof errors === "string") return errors !== "";
  const lists = Object.values(Object(errors));
  const isTexts = (list: unknown) =>
    Array.isArray(list) && list.length > 0 && list.every((text) => typeof text === "string" && text !== "");
  return lists.length > 0 && lists.every(isTexts);
}

describe("every client", () => {
  const changing = Object.keys(lawfulRequests).filter((key) => /^(POST|PATCH|PUT) /.test(key));

  it.each(changing)(
    "reads what is wrong with a request, whatever it is: %s",
    async (key) => {
      const [method = ""] = key.split(" ");
      // An account of its own, since some routes take ten requests a minute.
      const own = await newPlace(api.deps);
      await api.deps.accounts.setLimits(own.accountId, { suppressionsPerMinute: 1_000 });
      const { path, body } = (await lawfulRequests[key]?.(own)) ?? { path: "" };
      const token = await secretFor(own, key.includes("/organizations/") ? "organization" : "account");
      const statuses: number[] = [];
      for (const wrong of [{}, [], "{", "7", "", ...spoilt(body)].slice(0, 120)) {
        const response = await door(apiEvent(method, `/api${path}`, { token, body: wrong }));
        const { statusCode, headers, body: answer } = response;
        const about = `${JSON.stringify(wrong)} -> ${statusCode} ${answer}`;
        expect(statusCode, about).toBeLessThan(500);
        statuses.push(statusCode);
        // What clients know for a sub-account without a name.
        if (statusCode < 300 || headers["content-type"] === "text/html") continue;
        expect(isReadable(JSON.parse(answer) as Json), about).toBe(true);
        expect(answer, about).not.toMatch(/Invalid input|Invalid option|expected|received/);
      }
      expect(statuses.filter((status) => status !== 429).length).toBeGreaterThan(4);
    },
    60_000,
  );

  it("finds the token's account in the list of accounts, which some begin with", async () => {
    const accounts = read<Json[]>(await door(apiEvent("GET", "/api/accounts", { token: secrets.account })));
    expect(accounts).toMatchObject([{ id: place.accountId, access_levels: [100] }]);
  });
});
