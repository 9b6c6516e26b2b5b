import { describe, expect, it } from "vitest";
import { webhookTickSchema } from "../../../shared/contracts/webhook-tick.ts";
import { useWebhookApi } from "../../../test/support/webhook-api.ts";
import { isSignedBy } from "../../../test/support/webhook-receiver.ts";

const api = useWebhookApi();
const { ask, askLocally, clock, create, sent } = api;

describe("a webhook that is called on demand", () => {
  it("gets another secret, which signs from then on", async () => {
    const { id, signing_secret: before } = await create({ url: api.receiver.url }, askLocally);
    const path = `/api/webhooks/${id}/reset_signing_secret`;
    const { body } = await askLocally("POST", path, { token: api.account.token });
    const { signing_secret: after } = (body as { data: { signing_secret: string } }).data;
    expect(after).toMatch(/^[0-9a-f]{32}$/);
    expect(after).not.toBe(before);
    await askLocally("POST", `/api/webhooks/${id}/test`, { token: api.account.token });
    const call = api.receiver.calls.at(-1);
    expect(call && isSignedBy(after, call)).toBe(true);
  });

  it("is tested by a call with an event of each of its kinds", async () => {
    const { id } = await create({ url: api.receiver.url }, askLocally);
    const run = () => askLocally("POST", `/api/webhooks/${id}/test`, { token: api.account.token });
    expect((await run()).body).toEqual({ data: { success: true, status: 200, error: null } });
    expect(api.receiver.calls.at(-1)?.events.map(({ event }) => event)).toEqual(["delivery", "spam"]);
    api.receiver.is("down");
    expect((await run()).body).toEqual({
      data: { success: false, status: 503, error: "it answered 503" },
    });
    api.receiver.is("up");
  });

  it("is tested ten times a minute at most: each test waits for as long as the endpoint likes", async () => {
    const { id } = await create({ url: api.receiver.url }, askLocally);
    const run = () => askLocally("POST", `/api/webhooks/${id}/test`, { token: api.account.token });
    const statuses: number[] = [];
    for (let times = 0; times < 11; times += 1) statuses.push((await run()).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
  });

  it("is told again of a time that is past", async () => {
    const { id } = await create();
    const path = `/api/webhooks/${id}/replay`;
    const from = "2026-01-30T00:00:00Z";
    const to = "2026-01-31T00:00:00+01:00";
    expect((await ask("POST", path, { token: api.account.token, body: { from, to } })).status).toBe(202);
    const replay = { from: Date.parse(from), to: Date.parse(to) };
    expect(sent).toEqual([{ tick: { accountId: api.account.accountId, webhookId: id, replay }, delay: 0 }]);
    expect((await ask("POST", path, { token: api.account.token, body: { from: to, to: from } })).status).toBe(
      422,
    );
    expect((await ask("POST", path, { token: api.account.token, body: {} })).status).toBe(422);
  });

  it("is told again of a past time ten times in an hour at most, all of an account's together", async () => {
    const [one, two] = [await create(), await create()];
    const body = { from: "2026-01-30T00:00:00Z", to: "2026-01-31T00:00:00Z" };
    const replay = (id: unknown) =>
      ask("POST", `/api/webhooks/${id}/replay`, { token: api.account.token, body });
    for (let times = 0; times < 10; times += 1) {
      expect((await replay(times % 2 ? one.id : two.id)).status).toBe(202);
    }
    clock.advance(30 * 60_000);
    const { status, headers } = await replay(one.id);
    expect([status, headers["retry-after"]]).toEqual([429, String(30 * 60)]);
    clock.advance(30 * 60_000);
    expect((await replay(one.id)).status).toBe(202);
    expect(sent).toHaveLength(11);
  });

  it("is told again from the log's beginning where the time begins before all times", async () => {
    const { id } = await create();
    const body = { from: "1066-10-14T00:00:00Z", to: "2026-01-31T00:00:00Z" };
    const path = `/api/webhooks/${id}/replay`;
    expect((await ask("POST", path, { token: api.account.token, body })).status).toBe(202);
    expect(sent.map(({ tick }) => webhookTickSchema.safeParse(tick).data?.replay)).toEqual([
      { from: 0, to: Date.parse(body.to) },
    ]);
  });
});
