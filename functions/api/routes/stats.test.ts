import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { recordedMessages } from "../../../test/support/recorded-messages.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { statsRoutes } from "./stats.ts";

const noon = Date.UTC(2026, 2, 10, 12);
const dayMs = 24 * 3_600_000;
const clock = settableClock(noon);
const march = "start_date=2026-03-01&end_date=2026-03-31";

let service: SendService;
let log: ReturnType<typeof recordedMessages>;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  log = recordedMessages(service, clock);
  ask = apiClient(service, statsRoutes(log.deps));
});
afterAll(() => service.stop());
beforeEach(async () => {
  account = await service.account();
});

const get = async (path: string, query = march, token = account.token) =>
  (await ask("GET", `/api/stats${path}?${query}`, { token })).body;

async function threeMessages(): Promise<void> {
  const { accountId } = account;
  await log.sent(accountId, noon - dayMs, { category: "News", happened: ["bounce"] });
  await log.sent(accountId, noon, { domainId: 4, happened: ["delivery", "open", "open"] });
  await log.sent(accountId, noon, { stream: "bulk" });
}

const zero = { bounce_count: 0, bounce_rate: 0, click_count: 0, click_rate: 0, spam_count: 0, spam_rate: 0 };
const opened = { delivery_count: 1, delivery_rate: 1, open_count: 1, open_rate: 1, ...zero };

describe("statistics", () => {
  it.each(readVectors("stats-vectors.json"))("$id: $title", async (vector) => {
    const { method, path, headers, ...request } = requestOf(vector, { TOKEN: account.token });
    const { query } = request as unknown as { query: Record<string, string> };
    const answer = await ask(method, `${path}?${new URLSearchParams(query)}`, {
      headers: { authorization: headers["Authorization"] ?? "" },
    });
    expect(answer.status).toBe(vector.expect.status);
    expect(mismatches(vector.expect.body, answer.body)).toEqual([]);
  });

  it("are of all messages, on the days on which things happened", async () => {
    await threeMessages();
    expect(await get("")).toEqual({
      delivery_count: 1,
      delivery_rate: 0.33,
      bounce_count: 1,
      bounce_rate: 0.33,
      open_count: 1,
      open_rate: 1,
      click_count: 0,
      click_rate: 0,
      spam_count: 0,
      spam_rate: 0,
    });
    expect(await get("", "start_date=2026-03-10&end_date=2026-03-10")).toMatchObject({
      delivery_rate: 0.5,
      bounce_count: 0,
    });
  });

  it("are found by the whole name of the longest category", async () => {
    const category = "\u{1F4EE}".repeat(255);
    await log.sent(account.accountId, noon, { category, happened: ["delivery"] });
    const asked = `${march}&categories[]=${encodeURIComponent(category)}`;
    expect(await get("", asked)).toMatchObject({ delivery_count: 1 });
    expect(await get("/categories", asked)).toHaveLength(1);
  });

  it("come by domain, category, provider and day", async () => {
    await threeMessages();
    const rates = (body: unknown) =>
      (body as { stats: Record<string, number> }[]).map(({ stats, ...name }) => [
        name,
        stats["delivery_rate"],
      ]);
    expect(rates(await get("/domains"))).toEqual([
      [{ domain_id: 3, sending_domain_id: 3 }, 0],
      [{ domain_id: 4, sending_domain_id: 4 }, 1],
    ]);
    expect(rates(await get("/categories"))).toEqual([
      [{ category: "" }, 0.5],
      [{ category: "News" }, 0],
    ]);
    expect(rates(await get("/email_service_providers"))).toEqual([
      [{ email_service_provider: "" }, 0],
      [{ email_service_provider: "Google" }, 0.5],
    ]);
    expect(rates(await get("/date"))).toEqual([
      [{ date: "2026-03-09" }, 0],
      [{ date: "2026-03-10" }, 0.5],
    ]);
  });

  it.each([
    "domain_ids[]=4",
    "sending_domain_ids=4",
    "domain_ids[0]=4",
    "email_service_providers[]=Google&categories[]=",
  ])("are of what is asked for: %s", async (filter) => {
    await threeMessages();
    expect(await get("", `${march}&${filter}&sending_streams[]=transactional`)).toEqual(opened);
  });

  it("show a token of one domain that domain alone", async () => {
    await threeMessages();
    const resources = [{ resourceType: "domain" as const, resourceId: 4, accessLevel: 10 as const }];
    const made = await service.accounts.createToken(account.accountId, {
      name: "d",
      resources,
      expiresAt: null,
    });
    expect(await get("", march, made.secret)).toEqual(opened);
    expect(await get("/domains", `${march}&domain_ids[]=3&domain_ids[]=4`, made.secret)).toHaveLength(1);
  });

  it("refuse days that are none, and the eleventh request in a minute, whatever it asks for", async () => {
    const { token } = account;
    expect(await ask("GET", "/api/stats?start_date=2026-02-30&end_date=2026-03-01", { token })).toMatchObject(
      {
        status: 400,
        body: { error: "Bad Request" },
      },
    );
    for (const path of ["", "/domains", "/categories", "/email_service_providers", "/date", "", "", "", ""]) {
      await get(path);
    }
    expect(await ask("GET", `/api/stats/date?${march}`, { token })).toMatchObject({
      status: 429,
      body: { errors: "Rate limit exceeded" },
    });
  });
});
