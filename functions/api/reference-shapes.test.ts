import { existsSync, readFileSync } from "node:fs";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { messageEventSchema } from "../../shared/contracts/message-event.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { record } from "../../shared/messages/record.ts";
import { itemOf } from "../../shared/messages/row-store.ts";
import { copyKey } from "../../shared/messages/sent-copy.ts";
import { bucketClient } from "../../shared/platform/bucket-client.ts";
import { newId } from "../../shared/platform/ids.ts";
import { type AccountApi, newPlace, startAccountApi } from "../../test/support/account-api.ts";
import { lawfulRequests, type Place } from "../../test/support/api-requests.ts";
import { apiEvent } from "../../test/support/api-service.ts";
import { eventOf, rowOf } from "../../test/support/message-events.ts";
import { apiDoor } from "./door/door.ts";
import { openApiDocument } from "./openapi/document.ts";
import { apiRoutes } from "./routes.ts";

const urls = {
  ...{ api: "https://api.example", track: "https://track.example" },
  ...{ send: "https://send.example", bulk: "https://bulk.example" },
};
// Descriptions of the service that clients are written for; not everybody who runs this has them.
const folder = new URL("../../../shared/reference/openapi/", import.meta.url);
const files = ["email-sending.openapi.yml", "account-management.openapi.yml"].filter((file) =>
  existsSync(new URL(file, folder)),
);
if (files.length === 0) process.stderr.write("the reference descriptions are not there: skipped\n");

type Json = Readonly<Record<string, unknown>>;

/** Paths with their parameters' names left out, which differ between descriptions. */
const nameless = (path: string) => path.replace(/\{\w+\}/g, "{}");

function described(name: string, document: Json) {
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema({ $id: name, ...document });
  const paths = document["paths"] as Record<string, Record<string, { responses: Json }>>;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => typeof operation === "object" && "responses" in operation)
      .map(([method, operation]) => ({
        key: `${method.toUpperCase()} ${nameless(path)}`,
        path,
        method,
        operation,
      })),
  );
  const at = (path: string) => path.replaceAll("~", "~0").replaceAll("/", "~1");
  return {
    operations: new Map(operations.map((operation) => [operation.key, operation])),
    /** What is wrong with an answer, by its description; undefined where that says nothing of the body. */
    faults(key: string, status: number, body: unknown): string[] | undefined {
      const operation = operations.find((one) => one.key === key);
      const response = operation?.operation.responses[String(status)] as Json | undefined;
      if (operation === undefined || response === undefined)
        return [`${key} does not say that it answers ${status}`];
      const reference = response["$ref"] as string | undefined;
      const place = reference ?? `#/paths/${at(operation.path)}/${operation.method}/responses/${status}`;
      const schema = `${name}${place}/content/${at("application/json")}/schema`;
      const validate = ajv.getSchema(schema);
      if (validate === undefined) return undefined;
      return validate(body)
        ? []
        : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
    },
  };
}

const own = "its-own-description";
const keyIn = (routeKey: string) => {
  const [method, path = ""] = routeKey.split(" ");
  return `${method} /api${nameless(path)}`;
};
const isOfOrganization = (routeKey: string) => routeKey.includes(" /organizations/");
const isDeletion = (routeKey: string) => routeKey.startsWith("DELETE ");
// What is deleted cannot be asked for any more.
const routeKeys = Object.keys(lawfulRequests).toSorted(
  (a, b) => Number(isDeletion(a)) - Number(isDeletion(b)),
);

let api: AccountApi;
let routes: ReturnType<typeof apiRoutes>;

beforeAll(async () => {
  api = await startAccountApi();
  routes = apiRoutes(api.deps);
}, 60_000);
afterAll(() => api.stop());

/** A client of a new account, in which there is something of everything. */
async function clientOfNewAccount() {
  // Everything at once, twice: limits of their own for some routes are another test's subject.
  const door = apiDoor(
    api.deps,
    routes.map(({ pool: _pool, ...route }) => route),
  );
  const place = await newPlace(api.deps);
  const messageId = await sentMessage(place);
  const secret = await secretFor(place, "account", place.accountId);
  // Apart, because clients know nothing of its token, which is listed with the account's.
  const main = await newPlace(api.deps);
  const organizationSecret = await secretFor(main, "organization", main.organizationId);
  const ask = async (routeKey: string) => {
    const [method = ""] = routeKey.split(" ");
    const { path, body } =
      routeKey === "GET /email_logs/{id}"
        ? { path: `/email_logs/${messageId}` }
        : await requestFor(routeKey, isOfOrganization(routeKey) ? main : place);
    const token = isOfOrganization(routeKey) ? organizationSecret : secret;
    const answer = await door(apiEvent(method, `/api${path}`, { token, body }));
    const isJson = answer.headers["content-type"]?.startsWith("application/json") === true;
    return { status: answer.statusCode, body: isJson ? JSON.parse(answer.body) : answer.body };
  };
  for (const routeKey of routeKeys.filter((one) => one.startsWith("POST "))) await ask(routeKey);
  return ask;
}

function requestFor(key: string, place: Place) {
  const make = lawfulRequests[key];
  if (make === undefined) throw new Error(`no request for ${key}`);
  return make(place);
}

async function secretFor(place: Place, resourceType: "account" | "organization", resourceId: number) {
  const resources = [{ resourceType, resourceId, accessLevel: 100 as const }];
  const wanted = { name: "T", resources, expiresAt: null };
  return (await api.deps.accounts.createToken(place.accountId, wanted)).secret;
}

/** One to which everything happened that can happen. */
async function sentMessage({ accountId, domainId, domainName }: Place): Promise<string> {
  const { dynamo: client, tables, deps } = api;
  const at = deps.clock.now() - 3_600_000;
  const id = { accountId, messageId: newId(at) };
  const row = rowOf(id, at, { domainId, domainName, copy: "31/object" });
  const Key = copyKey(accountId, { days: 31, objectId: "object" });
  await bucketClient().send(new PutObjectCommand({ Bucket: "log", Key, Body: "Subject: Hello" }));
  await client.send(new PutCommand({ TableName: tables.messages, Item: itemOf(row) }));
  const events = eventStore({ client, messagesTable: tables.messages, statsTable: tables.stats });
  const kinds = messageEventSchema.options.map(({ shape }) => shape.kind.value);
  const happened = kinds.map((kind, place) => ({
    event: eventOf(id, kind, at + place * 1_000),
    again: false,
  }));
  await record({ events, clock: deps.clock }, happened);
  return id.messageId;
}

const references = new Map(
  files.map((file) => [file, described(file, parse(readFileSync(new URL(file, folder), "utf8")) as Json)]),
);

describe.each([own, ...files])("an answer of the account API, by %s,", (name) => {
  const reference = references.get(name);
  let description: ReturnType<typeof described>;
  let ask: Awaited<ReturnType<typeof clientOfNewAccount>>;
  beforeAll(async () => {
    description = reference ?? described(own, openApiDocument(routes, [], urls) as unknown as Json);
    ask = await clientOfNewAccount();
  }, 60_000);

  const known = routeKeys.filter((routeKey) => reference?.operations.has(keyIn(routeKey)) ?? true);

  it.each(known)("to %s has the right shape", async (routeKey) => {
    const { status, body } = await ask(routeKey);
    expect(status).toBeLessThan(300);
    expect(description.faults(keyIn(routeKey), status, body) ?? []).toEqual([]);
  });
});

it.each(files)("the account API serves all that %s describes, but for templates", (file) => {
  const served = new Set(routeKeys.map(keyIn));
  const missing = [...(references.get(file)?.operations.keys() ?? [])].filter((key) => !served.has(key));
  expect(missing.filter((key) => !key.includes("template"))).toEqual([]);
});
