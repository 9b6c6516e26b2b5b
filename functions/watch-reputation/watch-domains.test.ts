import { beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { ban } from "../../shared/accounts/standing.ts";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import type { Counts } from "../../shared/messages/counters.ts";
import { noticeEmailStore } from "../../shared/notifications/notice-email-store.ts";
import { type NoticeStore, noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { sendNotices } from "../../shared/notifications/send-notices.ts";
import type { Counted } from "../../shared/stats/stats.ts";
import { account } from "../../test/support/delivery-world.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { type WatchDomainsDeps, watchDomains } from "./watch-domains.ts";

const day = 24 * 3_600_000;
const wednesday = Date.UTC(2026, 10, 18, 12);
const monday = Date.UTC(2026, 10, 23);

describe("the watch over domains", () => {
  const dynamo = useDynamo();
  const clock = settableClock(wednesday);
  let deps: WatchDomainsDeps;
  let notices: NoticeStore;
  let domain: SendingDomain;
  let accountId = 0;
  let counted: Counted[] = [];

  beforeEach(async () => {
    clock.set(wednesday);
    counted = [];
    const table = { client: dynamo.client, table: dynamo.tables.accounts, clock };
    const accounts = accountStore(table);
    accountId = await accounts.nextId();
    await accounts.create({ ...account, id: accountId, ownerEmail: `owner@account${accountId}.example` });
    const domains = domainStore(table);
    const name = `shop${accountId}.example`;
    domain = await domains.add({ accountId, name, complianceStatus: "compliant", dkimKeys: [] });
    notices = noticeStore({ client: dynamo.client, table: dynamo.tables.notices, clock });
    const standings = standingStore(table);
    const stats: WatchDomainsDeps["stats"] = {
      counted: async (_, { startDate, endDate }) =>
        counted.filter(({ group }) => group.day >= startDate && group.day <= endDate),
    };
    deps = { standings, domains, stats, owner: ownerOf(notices), clock };
  });

  const sent = (count: number, on: string, more: Partial<Counts> = {}, domainId = domain.id): Counted => ({
    group: { day: on, stream: "bulk", domainId, esp: "", category: "" },
    counts: { sent: count, delivery: count, bounce: 0, open: 0, click: 0, spam: 0, ...more },
  });
  const watch = () => watchDomains(deps, accountId);
  const settings = (wanted: Parameters<typeof deps.domains.changeIfAsRead>[1]) =>
    deps.domains.changeIfAsRead(domain, wanted);
  const told = async () =>
    (await notices.list(accountId, { archived: false, limit: 20 }))
      .toReversed()
      .map(({ subject }) => subject);
  const critical = () => `${domain.name}: too many emails bounce`;
  const week = () => `${domain.name}: your week from 2026-11-16 to 2026-11-22`;

  it("tells once when rates become critical, however many look and however often", async () => {
    counted = [sent(1_000, "2026-11-17", { delivery: 950, bounce: 50 })];
    await watch();
    expect(await told()).toEqual([]);
    counted = [sent(1_000, "2026-11-17", { delivery: 949, bounce: 51 })];
    await Promise.all(Array.from({ length: 10 }, watch));
    clock.advance(3 * day);
    await watch();
    expect(await told()).toEqual([critical()]);
    const [notice] = await notices.list(accountId, { archived: false, limit: 1 });
    expect(notice).toMatchObject({ severity: "critical", resource: { type: "domain", id: domain.id } });
    expect(notice?.text).toContain("51 of the 1,000 emails");
    expect(notice?.text).toContain("5.1%");
    expect(notice?.callToAction.request).toContain(`filters[domain_id][value]=${domain.id}`);
  });

  it("tells again of the next change, at the earliest a day after the one before", async () => {
    const bad = [sent(1_000, "2026-11-17", { spam: 2 })];
    const complaints = `${domain.name}: too many recipients complain`;
    for (const state of [bad, [], bad]) {
      counted = state;
      await watch();
    }
    expect(await told()).toEqual([complaints]);
    clock.advance(day);
    for (const state of [[], bad, bad]) {
      counted = state;
      await watch();
    }
    expect(await told()).toEqual([complaints, complaints]);
  });

  it("tells later where telling failed, even if all is well again by then", async () => {
    counted = [sent(1_000, "2026-11-17", { delivery: 900, bounce: 100 })];
    const silent = { tell: () => Promise.reject(new Error("no news today")) };
    await expect(watchDomains({ ...deps, owner: silent }, accountId)).rejects.toThrow();
    counted = [];
    await watch();
    await watch();
    expect(await told()).toEqual([critical()]);
  });

  it("says nothing of fewer than 1,000 emails in seven days, of other domains' mail, and of banned accounts", async () => {
    counted = [
      sent(999, "2026-11-17", { delivery: 0, bounce: 999 }),
      sent(5_000, "2026-11-11", { bounce: 5_000 }),
      sent(5_000, "2026-11-17", { bounce: 5_000 }, domain.id + 1_000),
    ];
    await watch();
    expect(await told()).toEqual([]);
    await deps.standings.read(accountId);
    const standings = standingStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    await standings.change(accountId, ban("Spam."));
    counted = [sent(5_000, "2026-11-17", { bounce: 5_000 })];
    await watch();
    expect(await told()).toEqual([]);
  });

  it("tells on Monday, once, how the week was, of 1,000 emails or more", async () => {
    counted = [
      sent(600, "2026-11-16", { delivery: 590, bounce: 10, open: 295, click: 59 }),
      sent(400, "2026-11-22", { delivery: 396, bounce: 4 }),
      sent(5_000, "2026-11-23", { bounce: 5_000, delivery: 0 }),
      sent(5_000, "2026-11-15", { bounce: 5_000, delivery: 0 }),
    ];
    await settings({ criticalAlerts: false });
    await watch();
    expect(await told()).toEqual([]);
    clock.set(monday);
    await Promise.all(Array.from({ length: 10 }, watch));
    for (let hour = 0; hour < 24; hour += 6) {
      await watch();
      clock.advance(day / 4);
    }
    await watch();
    expect(await told()).toEqual([week()]);
    const [notice] = await notices.list(accountId, { archived: false, limit: 1 });
    expect(notice?.severity).toBe("info");
    expect(notice?.text).toContain("Sent: 1,000");
    expect(notice?.text).toContain("Bounced: 14, 1.4% of what was sent (good;");
    expect(notice?.text).toContain("Opened: 295, 29.9% of what was delivered");

    clock.set(monday + 7 * day);
    counted = [sent(1_000, "2026-11-24", { delivery: 970, bounce: 30 }), sent(999, "2026-11-24", {}, 9)];
    await watch();
    expect((await told())[1]).toBe(
      `${domain.name}: your week from 2026-11-23 to 2026-11-29, with rates that are high`,
    );
  });

  it("tells nobody what the domain's settings do not want, and whom they name", async () => {
    const bad = sent(2_000, "2026-11-18", { delivery: 1_000, bounce: 1_000 });
    await settings({ healthAlerts: false, criticalAlerts: false });
    counted = [bad];
    await watch();
    clock.set(monday);
    await watch();
    expect(await told()).toEqual([]);
    // The change to critical is past; the week is told of as long as it is Monday.
    await settings({ healthAlerts: true, criticalAlerts: true, alertRecipient: "ops@example.net" });
    await watch();
    expect(await told()).toEqual([`${week()}, with rates that are critical`]);

    const mailed: string[] = [];
    const email = { send: async ({ to }: { to: string }) => void mailed.push(to) };
    const accounts = accountStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    const noticeEmails = noticeEmailStore({ client: dynamo.client, table: dynamo.tables.notices, clock });
    await sendNotices({ noticeEmails, accounts, email });
    expect(mailed).toContain("ops@example.net");
    expect(mailed).not.toContain(`owner@account${accountId}.example`);
  });
});
