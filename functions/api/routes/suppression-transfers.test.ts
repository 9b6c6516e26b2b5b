import type { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../shared/platform/ids.ts";
import { exportList } from "../../../shared/suppressions/export-list.ts";
import { importList } from "../../../shared/suppressions/import-list.ts";
import { listFileClient } from "../../../shared/suppressions/list-file-client.ts";
import { transferQueueClient } from "../../../shared/suppressions/transfer-queue-client.ts";
import { exportStore, importStore } from "../../../shared/suppressions/transfer-store.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { suppressionExportRoutes } from "./suppression-exports.ts";
import { suppressionImportRoutes } from "./suppression-imports.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
const never = Number.POSITIVE_INFINITY;

let service: SendService;
let ask: ApiClient;
let deps: ReturnType<typeof depsOf>;
let account: Awaited<ReturnType<SendService["account"]>>;
let domainId: number;

beforeAll(async () => {
  service = await startSendService(clock);
  deps = depsOf(service);
  ask = apiClient(service, [...suppressionImportRoutes(deps), ...suppressionExportRoutes(deps)]);
});
afterAll(() => service.stop());
beforeEach(async () => {
  clock.set(noon);
  account = await service.account();
  domainId = (await service.domains.find(account.accountId, account.domain))?.id ?? 0;
});

function depsOf({ dynamo, sqs, s3, domains, suppressions, environment }: SendService) {
  const options = { marshallOptions: { removeUndefinedValues: true } };
  const table = { client: DynamoDBDocumentClient.from(dynamo, options), table: "Suppressions" };
  return {
    domains,
    suppressions,
    imports: importStore(table),
    exports: exportStore(table),
    files: listFileClient({ s3: withoutChecksums(s3), bucket: "payloads" }),
    transfers: transferQueueClient({ sqs, queueUrl: environment.DELIVERY_QUEUE_URL }),
    clock,
  };
}

function withoutChecksums(s3: S3Client): S3Client {
  s3.config.requestChecksumCalculation = async () => "WHEN_REQUIRED";
  return s3;
}

interface Shown {
  readonly data: { readonly id: string; readonly status: string };
}
const idIn = (body: unknown): string => (body as Shown).data.id;
const importOf = (body: string, query = "", token = account.token) =>
  ask("POST", `/api/suppressions/import${query}`, { token, body, headers: { "content-type": "text/csv" } });
const progressOf = (id: string, token = account.token) =>
  ask("GET", `/api/suppressions/imports/${id}`, { token });
const work = (id: string) => importList(deps, { accountId: account.accountId, id }, never);
async function tokenFor(id: number, accessLevel: 10 | 100): Promise<string> {
  const resources = [{ resourceType: "domain" as const, resourceId: id, accessLevel }];
  return (await service.accounts.createToken(account.accountId, { name: "d", resources, expiresAt: null }))
    .secret;
}

describe("an import in a request", () => {
  it("is taken at once and shows its progress", async () => {
    const { status, body } = await importOf("email\na@example.net\nbad\n");
    expect({ status, body }).toEqual({
      status: 202,
      body: {
        data: {
          id: expect.any(String),
          status: "waiting",
          sending_stream: "any",
          domain_ids: null,
          created_at: "2026-01-31T12:00:00.000Z",
          finished_at: null,
          failure: null,
          lines_read: 0,
          added: 0,
          already_listed: 0,
          bad_lines_count: 0,
          bad_lines: [],
        },
      },
    });
    await work(idIn(body));
    expect((await progressOf(idIn(body))).body).toMatchObject({
      data: {
        status: "finished",
        lines_read: 3,
        added: 1,
        bad_lines_count: 1,
        bad_lines: [{ line: 3, reason: "is not an email address" }],
      },
    });
  });

  it.each([
    () => `?domain_ids[]=${domainId}&sending_stream=bulk`,
    () => `?domain_ids=${domainId}&sending_stream=bulk`,
  ])("may be for some domains and one stream: %#", async (query) => {
    const { body } = await importOf("a@example.net", query());
    expect(body).toMatchObject({ data: { domain_ids: [domainId], sending_stream: "bulk" } });
    await work(idIn(body));
    const [row] = await deps.suppressions.list({ accountId: account.accountId, limit: 2 });
    expect(row).toMatchObject({ domainId, domainName: account.domain, stream: "bulk" });
  });

  it.each([
    ["", "", 422],
    ["a@example.net", "?domain_ids=999999", 422],
    ["a@example.net", "?domain_ids=x", 400],
    ["a@example.net", "?sending_stream=x", 400],
    ["a@example.net", `?${Array.from({ length: 51 }, (_, id) => `domain_ids[]=${id}`).join("&")}`, 400],
  ])("is refused: %j %s", async (file, query, status) => {
    expect((await importOf(file, query)).status).toBe(status);
  });

  it("for all domains takes an account's admin, for one domain its own", async () => {
    const admin = await tokenFor(domainId, 100);
    expect((await importOf("a@example.net", "", account.viewerToken)).status).toBe(403);
    expect((await importOf("a@example.net", "", admin)).status).toBe(403);
    expect(
      (await importOf("a@example.net", `?domain_ids=${domainId}`, await tokenFor(domainId, 10))).status,
    ).toBe(403);
    expect((await importOf("a@example.net", `?domain_ids=${domainId}`, admin)).status).toBe(202);
  });

  it("is seen by its own account alone, and by who may see its domains", async () => {
    const { body } = await importOf("a@example.net", `?domain_ids=${domainId}`);
    const other = await service.account();
    expect((await progressOf(idIn(body), other.token)).status).toBe(404);
    expect((await progressOf(idIn(body), await tokenFor(domainId + 1, 100))).status).toBe(404);
    expect((await progressOf(idIn(body), await tokenFor(domainId, 10))).status).toBe(200);
    expect((await progressOf(newId(noon))).status).toBe(404);
    expect((await progressOf("7".repeat(2_000))).status).toBe(404);
  });
});

describe("an import by upload", () => {
  const prepare = (body: object) => ask("POST", "/api/suppressions/imports", { token: account.token, body });
  const start = (id: string, token = account.token) =>
    ask("POST", `/api/suppressions/imports/${id}/start`, { token });

  it("waits for its file, and begins when it is told so", async () => {
    const file = Array.from({ length: 300 }, (_, place) => `r${place}@example.net`).join("\r\n");
    const { status, body } = await prepare({ bytes: Buffer.byteLength(file), domain_ids: [domainId] });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        data: { status: "uploading" },
        upload: { method: "PUT", expires_at: "2026-01-31T13:00:00.000Z" },
      },
    });
    const id = idIn(body);
    expect(await start(id)).toMatchObject({
      status: 422,
      body: { errors: { base: ["The file was not uploaded"] } },
    });
    expect(await work(id)).toBe("done");

    const { url } = (body as { upload: { url: string } }).upload;
    expect((await fetch(url, { method: "PUT", body: file })).status).toBe(200);
    expect((await start(id, account.viewerToken)).status).toBe(403);
    expect(await start(id)).toMatchObject({ status: 202, body: { data: { status: "waiting" } } });
    expect((await start(id)).status).toBe(202);
    await work(id);
    expect(await start(id)).toMatchObject({
      status: 202,
      body: { data: { status: "finished", added: 300 } },
    });
  });

  it("has a link that binds the file's length and asks for no checksum of something else", async () => {
    const { body } = await prepare({ bytes: 1_000 });
    const query = new URL((body as { upload: { url: string } }).upload.url).searchParams;
    expect(query.get("X-Amz-SignedHeaders")?.split(";")).toContain("content-length");
    expect(query.get("X-Amz-Expires")).toBe("3600");
    expect([...query.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
  });

  it.each([[0], [25 * 1024 * 1024 + 1], ["x"], [undefined]])("is refused with %s bytes", async (bytes) => {
    expect((await prepare({ bytes })).status).toBe(422);
  });

  it("is begun by its own account alone", async () => {
    const { body } = await prepare({ bytes: 5 });
    expect((await start(idIn(body), (await service.account()).token)).status).toBe(404);
  });

  it("is begun ten times a minute at most: each time asks for work until it is under way", async () => {
    const { body } = await prepare({ bytes: 1 });
    await deps.files.put(`lists/${account.accountId}/${idIn(body)}.csv`, Buffer.from("a"));
    const statuses: number[] = [];
    for (let times = 0; times < 10; times += 1) statuses.push((await start(idIn(body))).status);
    expect(statuses).toEqual([...Array(9).fill(202), 429]);
  });
});

describe("an export", () => {
  const exportOf = (token = account.token) => ask("GET", "/api/suppressions/export", { token });
  const put = (emails: readonly string[], subject = "s") =>
    deps.suppressions.putMany(
      emails.map((email) => ({
        accountId: account.accountId,
        email,
        domainId,
        domainName: account.domain,
        stream: "bulk",
        type: "unsubscription",
        message: { subject },
      })),
    );

  it("of a short list is the answer", async () => {
    await put(["a@example.net", "b@example.net"]);
    const { status, headers, body } = await exportOf();
    expect([status, headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(String(body).split("\r\n")).toHaveLength(4);
    expect(body).toContain("a@example.net,unsubscription,bulk,");
  });

  it("shows a token for a domain, and another account, no more than the list does", async () => {
    await put(["a@example.net"]);
    expect((await exportOf(await tokenFor(domainId + 1, 10))).body).not.toContain("a@example.net");
    expect((await exportOf((await service.account()).token)).body).not.toContain("a@example.net");
    expect((await exportOf(account.viewerToken)).body).toContain("a@example.net");
  });

  it("of a list that no answer holds becomes a file, behind a link", async () => {
    await put(
      Array.from({ length: 700 }, (_, place) => `r${place}@example.net`),
      "x".repeat(7_000),
    );
    const { status, body } = await exportOf();
    expect({ status, body }).toMatchObject({ status: 202, body: { data: { status: "waiting", url: null } } });
    const id = idIn(body);
    const progress = (token = account.token) => ask("GET", `/api/suppressions/exports/${id}`, { token });
    expect((await progress()).body).toMatchObject({ data: { status: "waiting", rows: 0, url: null } });
    await exportList(deps, { accountId: account.accountId, id }, never);
    const { data } = (await progress()).body as { data: { status: string; rows: number; url: string } };
    expect(data).toMatchObject({ status: "finished", rows: 700, url_expires_at: "2026-01-31T13:00:00.000Z" });
    const file = await fetch(data.url);
    expect((await file.text()).split("\r\n")).toHaveLength(702);
    expect((await progress((await service.account()).token)).status).toBe(404);
    expect((await progress(await tokenFor(domainId, 100))).status).toBe(404);
  });
});
