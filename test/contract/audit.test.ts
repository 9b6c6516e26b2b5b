import { beforeEach, expect, it } from "vitest";
import { type AuditEntry, auditEntry, auditNote, begunNote, system } from "../../shared/accounts/audit.ts";
import { type AuditStore, auditStore } from "../../shared/accounts/audit-store.ts";
import { derivedIdAt } from "../../shared/platform/ids.ts";
import { settleAudits } from "../../shared/webhooks/settle-audits.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";
import { type WebhookWorld, webhookWorld } from "../support/webhook-world.ts";

const minute = 60_000;
const actor = { id: 7, type: "api_token", name: "Shop" } as const;
const begun = begunNote("DELETE /domains/12", { type: "sending_domain", id: 12 });
const deleted = auditNote({ type: "sending_domain", verb: "deleted", id: 12, name: "shop.example" });

await onEachDynamoEngine("an audit log", (dynamo) => {
  let clock: ReturnType<typeof settableClock>;
  let audits: AuditStore;
  let world: WebhookWorld;
  let receiver: WebhookReceiver;
  let accountId = 0;
  const settle = () => settleAudits({ ...world.recorder, audits });
  const log = () => audits.list(accountId, { limit: 10 });
  const events = async () => (await log()).map(({ event }) => event);
  /** Ids of what the account's webhook has heard. */
  const heard = async () => {
    await world.pass(minute);
    return receiver.events().map((event) => event["event_id"]);
  };

  beforeEach(async () => {
    accountId += 1;
    clock = settableClock(Date.UTC(2026, 0, 31, 12) + accountId * 24 * 60 * minute);
    audits = auditStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    world = webhookWorld(dynamo, clock);
    receiver = await startWebhookReceiver();
    const webhook = { accountId, webhookId: accountId, url: receiver.url };
    await world.create({ ...webhook, type: "audit_log", stream: null, eventTypes: [] });
    return () => receiver.stop();
  });

  it("has nothing of a change that goes on, and says of one whose maker died that it was begun", async () => {
    const { id } = await audits.begin(accountId, actor, begun);
    clock.advance(minute);
    await settle();
    expect(await log()).toEqual([]);

    clock.advance(minute);
    await settle();
    expect(await log()).toEqual([
      {
        ...{ id, actor, at: clock.now() - 2 * minute, resource: { id: 12, type: "sending_domain" } },
        event: "activity_log.sending_domain.begun",
        description: "DELETE /domains/12 was begun; whether it took effect is not known",
      },
    ]);
    expect(await heard()).toEqual([id]);
  });

  it("has nothing of a change that was refused", async () => {
    const { id } = await audits.begin(accountId, actor, begun);
    await audits.settle({ accountId, id });
    clock.advance(10 * minute);
    expect(await settle()).toEqual({ due: 0, failed: 0 });
    expect(await log()).toEqual([]);
  });

  it("keeps what was written of a change though its maker died before anybody was told, who is told later", async () => {
    const entry = await audits.begin(accountId, actor, begun);
    await audits.finish(accountId, { ...entry, ...deleted });
    expect(await events()).toEqual(["activity_log.sending_domain.deleted"]);
    clock.advance(2 * minute);
    await settle();
    expect(await events()).toEqual(["activity_log.sending_domain.deleted"]);
    expect(await heard()).toEqual([entry.id]);
    expect(receiver.events()).toMatchObject([{ event: "activity_log.sending_domain.deleted", actor }]);
  });

  it("tells webhooks of what the service does within a minute, under the entry's id, once it is settled", async () => {
    const { id } = await audits.add(accountId, system, deleted);
    await settle();
    expect(await heard()).toEqual([id]);
    expect(receiver.events()[0]?.["actor"]).toEqual({ name: "System" });
    expect(await settle()).toEqual({ due: 0, failed: 0 });
  });

  it("has one entry of what is noted again and again, and settled by many at once", async () => {
    const at = clock.now() - minute;
    const entry: AuditEntry = auditEntry(system, deleted, at, derivedIdAt(at, "deleted", 12));
    await Promise.all(Array.from({ length: 10 }, () => audits.note(accountId, entry)));
    const unknown = await audits.begin(accountId, actor, begun);
    clock.advance(2 * minute);
    await Promise.all(Array.from({ length: 10 }, settle));
    await audits.note(accountId, entry);
    expect(await log()).toHaveLength(2);
    await settle();
    expect(new Set(await heard())).toEqual(new Set([entry.id, unknown.id]));
  });

  it("goes on with the other entries where one cannot be told of", async () => {
    await audits.add(accountId, system, deleted);
    clock.advance(1);
    await audits.add(accountId, system, deleted);
    let isFirst = true;
    const put: typeof world.recorder.backlog.put = async (...wanted) => {
      if (isFirst) {
        isFirst = false;
        throw new Error("no");
      }
      await world.recorder.backlog.put(...wanted);
    };
    const broken = { ...world.recorder, backlog: { put }, audits };
    expect(await settleAudits(broken)).toEqual({ due: 2, failed: 1 });
    expect(await settle()).toEqual({ due: 1, failed: 0 });
    expect(await heard()).toHaveLength(2);
  });

  it("is each account's own", async () => {
    await audits.add(accountId + 1_000, system, deleted);
    await settle();
    expect(await log()).toEqual([]);
    expect(await heard()).toEqual([]);
  });
});
