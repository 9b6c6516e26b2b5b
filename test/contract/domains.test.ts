import { beforeEach, expect, it } from "vitest";
import { type DomainStore, domainStore } from "../../shared/domains/domain-store.ts";
import type { DkimKey } from "../../shared/domains/sending-domain.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const dkimKeys: DkimKey[] = [{ selector: "rwmt1", publicKey: "p", encryptedPrivateKey: "e" }];

await onEachDynamoEngine("sending domains", (dynamo) => {
  let clock: ReturnType<typeof settableClock>;
  let domains: DomainStore;
  let name: string;
  let made = 0;
  const store = () => domainStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
  const add = (accountId: number, keys = dkimKeys) =>
    store().add({ accountId, name, complianceStatus: "unverified_dns", dkimKeys: keys });

  beforeEach(() => {
    clock = settableClock(noon);
    domains = store();
    name = `shop${++made}.example`;
  });

  it("are found by their very name in their account, and nowhere else", async () => {
    const added = await add(1);
    expect(await domains.find(1, name)).toEqual(added);
    expect(added).toMatchObject({ accountId: 1, name, dkimKeys, unsubscribeLink: false });
    for (const [accountId, other] of [
      [2, name],
      [11, name],
      [1, `mail.${name}`],
      [1, "example"],
    ] as const) {
      expect(await domains.find(accountId, other)).toBeUndefined();
    }
  });

  it("stay as they are when they are added again, also at the same moment", async () => {
    const added = await Promise.all(
      Array.from({ length: 5 }, (_, place) =>
        add(1, [{ selector: `s${place}`, publicKey: "p", encryptedPrivateKey: "e" }]),
      ),
    );
    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    expect(new Set(added.map((domain) => domain.dkimKeys[0]?.selector)).size).toBe(1);
    expect(await add(1)).toEqual(added[0]);
  });

  it("belong to one account: whoever comes second is refused", async () => {
    const added = await Promise.allSettled([add(1), add(2), add(3)]);
    expect(added.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(add(4)).rejects.toMatchObject({
      code: "validation_failed",
      fields: { domain_name: ["belongs to another account"] },
      messages: [`${name} belongs to another account`],
    });
    expect(await domains.find(4, name)).toBeUndefined();
  });

  it("are as many as the check allows, though several are added at the same moment", async () => {
    const accountId = 7_000 + made;
    const check = (own: readonly unknown[]) => {
      if (own.length >= 2) throw new Error("too many");
    };
    const added = await Promise.allSettled(
      [1, 2, 3, 4].map((place) =>
        store().add(
          { accountId, name: `d${place}.${name}`, complianceStatus: "unverified_dns", dkimKeys },
          check,
        ),
      ),
    );
    expect(added.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await domains.list(accountId)).toHaveLength(2);
  });

  it("are known to be suspended to every process within 30 seconds, and at once to the one that did it", async () => {
    await add(1);
    const elsewhere = store();
    await elsewhere.find(1, name);
    await domains.setComplianceStatus(1, name, "suspended");
    expect((await domains.find(1, name))?.complianceStatus).toBe("suspended");
    expect((await elsewhere.find(1, name))?.complianceStatus).toBe("unverified_dns");
    clock.advance(30_001);
    expect((await elsewhere.find(1, name))?.complianceStatus).toBe("suspended");
  });

  it("are found by the process that adds them, though it looked in vain before", async () => {
    expect(await domains.find(1, name)).toBeUndefined();
    await domains.add({ accountId: 1, name, complianceStatus: "compliant", dkimKeys });
    expect(await domains.find(1, name)).toBeDefined();
  });

  it("change the settings that are given, and only for their account", async () => {
    const { id } = await add(1);
    const changed = await domains.changeSettings(1, id, { clickTracking: true });
    expect(changed).toMatchObject({ id, openTracking: true, clickTracking: true, unsubscribeLink: false });
    expect(await domains.find(1, name)).toEqual(changed);
    expect(await domains.get(1, id)).toEqual(changed);
    expect(await domains.changeSettings(1, id, {})).toEqual(changed);
    await expect(domains.changeSettings(2, id, { openTracking: false })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("get no status from another account", async () => {
    await add(1);
    await expect(domains.setComplianceStatus(2, name, "compliant")).rejects.toMatchObject({
      code: "not_found",
    });
    expect((await domains.find(1, name))?.complianceStatus).toBe("unverified_dns");
  });
});
