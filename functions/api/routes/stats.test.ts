import { describe, expect, it } from "vitest";
import { noon, useLogApi } from "../../../test/support/log-api.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { statsRoutes } from "./stats.ts";

const dayMs = 24 * 3_600_000;
const march = "start_date=2026-03-01&end_date=2026-03-31";
const api = useLogApi(statsRoutes);
const { ask, tokenFor } = api;

const get = async (path: string, query = march, token = api.account.token) =>
  (await ask("GET", `/api/stats${path}?${query}`, { token })).body;

async function threeMessages(): Promise<void> {
  const { accountId } = api.account;
  await api.log.sent(accountId, noon - dayMs, { category: "News", happened: ["bounce"] });
  await api.log.sent(accountId, noon, { domainId: 4, happened: ["delivery", "open", "open"] });
  await api.log.sent(accountId, noon, { stream: "bulk" });
}

const zero = { bounce_count: 0, bounce_rate: 0, click_count: 0, click_rate: 0, spam_count: 0, spam_rate: 0 };
const opened = { delivery_count: 1, delivery_rate: 1, open_count: 1, open_rate: 1, ...zero };

describe("statistics", () => {
  it.each(readVectors("stats-vectors.json"))("$id: $title", async (vector) => {
    const { method, path, headers, ...request } = requestOf(vector, { TOKEN: api.account.token });
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
    await api.log.sent(api.account.accountId, noon, { category, happened: ["delivery"] });
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
    const token = await tokenFor("domain", 4, 10);
    expect(await get("", march, token)).toEqual(opened);
    expect(await get("/domains", `${march}&domain_ids[]=3&domain_ids[]=4`, token)).toHaveLength(1);
  });

  it("refuse days that are none, and the eleventh request in a minute, whatever it asks for", async () => {
    const { token } = api.account;
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
