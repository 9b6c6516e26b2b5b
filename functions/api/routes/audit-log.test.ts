import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { type AuditStore, auditStore } from "../../../shared/accounts/audit-store.ts";
import { timeOfId } from "../../../shared/platform/ids.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { apiTokenRoutes } from "./api-tokens.ts";
import { auditLogRoutes } from "./audit-log.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);

let service: SendService;
let audits: AuditStore;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  audits = auditStore({ client: documentClientFor(service.dynamo), table: "Accounts", clock });
  const { accounts, domains } = service;
  ask = apiClient(service, [...auditLogRoutes({ audits }), ...apiTokenRoutes({ accounts, domains, clock })]);
});
afterAll(() => service.stop());
beforeEach(async () => {
  clock.set(noon);
  account = await service.account();
});

interface Page {
  readonly data: Record<string, unknown>[];
  readonly next_page_cursor: string | null;
}

const read = async (cursor?: string | null) => {
  const query = cursor ? `?cursor=${cursor}` : "";
  return (await ask("GET", `/api/audit_log${query}`, { token: account.token })).body as Page;
};

describe("the audit log", () => {
  it("tells who did what, before and after, and no secret", async () => {
    const resources = [{ resource_type: "account", resource_id: account.accountId, access_level: 10 }];
    const body = { name: "Shop", resources };
    const { id } = (await ask("POST", "/api/api_tokens", { token: account.token, body })).body as {
      id: number;
    };
    const { data, next_page_cursor } = await read();
    expect(next_page_cursor).toBeNull();
    expect(data).toEqual([
      {
        id: expect.any(String),
        event: "activity_log.api_token.created",
        description: `Api token "Shop" (${id}) created`,
        actor: { id: expect.any(Number), type: "api_token", name: "t" },
        resource: { id, type: "api_token", name: "Shop" },
        changes: expect.objectContaining({
          name: { from: null, to: "Shop" },
          resources: { from: null, to: resources },
          token: { from: null, to: "[FILTERED]" },
        }),
        timestamp: noon / 1_000,
      },
    ]);
  });

  it("is read in pages, newest first, and whole", async () => {
    for (let count = 0; count < 205; count++) {
      clock.advance(count % 3);
      const note = auditNote({ type: "thing", verb: "made", id: count });
      await audits.add(account.accountId, { name: "System" }, note);
    }
    const pages = [await read()];
    for (let next = pages[0]?.next_page_cursor; next; next = pages.at(-1)?.next_page_cursor) {
      pages.push(await read(next));
    }
    expect(pages.map(({ data }) => data.length)).toEqual([100, 100, 5]);
    const ids = pages.flatMap(({ data }) => data.map(({ id }) => String(id)));
    expect(new Set(ids).size).toBe(205);
    expect(ids.map(timeOfId)).toEqual(ids.map(timeOfId).toSorted((a, b) => b - a));
  });

  it("is for admins, and takes no cursor that is none", async () => {
    expect((await ask("GET", "/api/audit_log", { token: account.viewerToken })).status).toBe(403);
    expect((await ask("GET", "/api/audit_log?cursor=x", { token: account.token })).status).toBe(400);
  });

  it("has nothing of what was refused", async () => {
    await ask("POST", "/api/api_tokens", { token: account.token, body: {} });
    expect((await read()).data).toEqual([]);
  });
});

describe("a note", () => {
  it("tells what differs, and hides secrets wherever they are", () => {
    const before = { name: "a", same: [1], url: "https://u:p@hooks.example/in?key=1", signing_secret: "s" };
    const after = {
      name: "b",
      same: [1],
      url: "https://hooks.example/in",
      signing_secret: "t",
      password: "p",
    };
    expect(auditNote({ type: "web_hook", verb: "secret_reset", id: 7, before, after })).toEqual({
      event: "activity_log.web_hook.secret_reset",
      description: "Web hook 7 secret reset",
      resource: { id: 7, type: "web_hook" },
      changes: {
        name: { from: "a", to: "b" },
        url: { from: "https://[FILTERED]@hooks.example/in?[FILTERED]", to: "https://hooks.example/in" },
        signing_secret: { from: "[FILTERED]", to: "[FILTERED]" },
        password: { from: null, to: "[FILTERED]" },
      },
    });
  });
});
