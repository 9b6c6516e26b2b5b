import { GetEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { addDomain } from "../../shared/domains/add-domain.ts";
import { removeDomain } from "../../shared/domains/remove-domain.ts";
import { rotateKeys } from "../../shared/domains/rotate-keys.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import { setUpDomain } from "../../shared/domains/set-up-domain.ts";
import { account as someAccount } from "../../test/support/delivery-world.ts";
import { type DomainService, mailHost, startDomainService } from "../../test/support/domain-service.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { checkDue } from "./check-due.ts";

const hour = 3_600_000;
const day = 24 * hour;

describe("a domain whose making, change or end is interrupted", () => {
  const dynamo = useDynamo();
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  let service: DomainService;
  let accountId: number;
  let otherId: number;
  let name: string;

  beforeAll(async () => {
    service = await startDomainService({ client: dynamo.client, table: dynamo.tables.accounts, clock });
  });
  afterAll(() => service.stop());

  const newAccount = async () => {
    const accounts = accountStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    const id = await accounts.nextId();
    await accounts.create({ ...someAccount, id, ownerEmail: `owner@account${id}.example` });
    return id;
  };
  beforeEach(async () => {
    [accountId, otherId] = [await newAccount(), await newAccount()];
    name = `shop${accountId}.example`;
  });

  const add = (ofAccount = accountId, work = service.work) =>
    addDomain(work, { accountId: ofAccount, typedName: name, complianceStatus: "unverified_dns" });
  const now = async ({ id }: SendingDomain) => {
    const domain = await service.work.domains.get(accountId, id);
    if (domain === undefined) throw new Error("the domain is gone");
    return domain;
  };
  const identity = () => service.ses.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
  const returnPathAtSes = async () => (await identity()).MailFromAttributes?.MailFromDomain;
  const returnPathOf = (domain: SendingDomain) => `${domain.returnPathLabel}.${domain.name}`;
  const published = ({ id }: SendingDomain, selector: string) =>
    service.dns.records.of(`${selector}.${id}.dkim.smtp.${mailHost}`)[0]?.value;
  const pass = async (ms: number) => {
    clock.advance(ms);
    return checkDue(service.work);
  };
  /** What the schedule would do at a domain's keys, as if it were all that it does. */
  const rotationDue = async (at: number): Promise<SendingDomain> => {
    const domain = await add();
    const seen = { status: "pass" as const, found: [] };
    const records = { verification: seen, dkim1: seen, dkim2: seen, dmarc: seen, link_verification: seen };
    const dns = { checkedAt: clock.now(), verifiedAt: clock.now(), lostAt: null, records };
    clock.advance(at);
    return service.work.domains.change(domain, { dns, keySwitchedAt: clock.now() - 8 * day });
  };

  it("is completed by the next look at it", async () => {
    const sesIdentities = {
      ...service.work.sesIdentities,
      create: () => Promise.reject(new Error("cut off")),
    };
    await expect(add(accountId, { ...service.work, sesIdentities })).rejects.toThrow("cut off");
    await expect(identity()).rejects.toThrow();
    await pass(hour);
    const domain = await service.work.domains.read(accountId, name);
    expect(domain?.setUpAt).toBe(clock.now());
    expect(await returnPathAtSes()).toBe(domain && returnPathOf(domain));
    expect(await service.work.tokens.list(accountId)).toHaveLength(1);
  });

  it("takes nothing from whoever has added the name since, though it is removed twice", async () => {
    const domain = await add();
    await removeDomain(service.work, domain);
    const others = await add(otherId);
    await removeDomain(service.work, domain);
    expect(await returnPathAtSes()).toBe(returnPathOf(others));
  });

  it("takes nothing from whoever has added the name since, though it is still being made", async () => {
    const domain = await add();
    await removeDomain(service.work, domain);
    const others = await add(otherId);
    await expect(setUpDomain(service.work, domain)).rejects.toMatchObject({ code: "not_found" });
    expect(await returnPathAtSes()).toBe(returnPathOf(others));
  });

  it("leaves no identity behind where nobody has the name any more", async () => {
    const domain = await add();
    await removeDomain(service.work, domain);
    await expect(setUpDomain(service.work, domain)).rejects.toMatchObject({ code: "not_found" });
    await expect(identity()).rejects.toThrow();
  });

  it("is added anew by a process that has seen it before it was removed", async () => {
    const domain = await add();
    expect(await service.work.domains.find(accountId, name)).toBeDefined();
    const elsewhere = await startDomainService({
      client: dynamo.client,
      table: dynamo.tables.accounts,
      clock,
    });
    await removeDomain(elsewhere.work, domain);
    await elsewhere.stop();
    const again = await add();
    expect(again.id).not.toBe(domain.id);
    expect(await service.work.domains.read(accountId, name)).toMatchObject({ id: again.id });
  });

  it("has published the key that it has, though two renew it at the same time", async () => {
    const domain = await rotationDue(91 * day);
    const keyZone = {
      ...service.work.keyZone,
      publish: async (keys: SendingDomain) => {
        await rotateKeys(service.work, domain);
        await service.work.keyZone.publish(keys);
      },
    };
    await rotateKeys({ ...service.work, keyZone: keyZone as typeof service.work.keyZone }, domain);
    const { dkimKeys, keyRenewedAt } = await now(domain);
    expect(keyRenewedAt).toBe(clock.now());
    expect(dkimKeys[1]?.publicKey).not.toBe(domain.dkimKeys[1]?.publicKey);
    for (const { selector, publicKey } of dkimKeys) {
      expect(published(domain, selector)).toBe(`v=DKIM1; k=rsa; p=${publicKey}`);
    }
  });

  it("has its new key published by the next look, where renewing was cut off before", async () => {
    const domain = await rotationDue(91 * day);
    const keyZone = { ...service.work.keyZone, publish: () => Promise.reject(new Error("cut off")) };
    await expect(rotateKeys({ ...service.work, keyZone }, domain)).rejects.toThrow("cut off");
    const { dkimKeys } = await rotateKeys(service.work, await now(domain));
    expect(dkimKeys[1]).not.toEqual(domain.dkimKeys[1]);
    expect(published(domain, "rwmt2")).toBe(`v=DKIM1; k=rsa; p=${dkimKeys[1]?.publicKey}`);
  });

  it("signs nothing of another account's, though its keys are switched while it changes hands", async () => {
    const domain = await rotationDue(200 * day);
    const due = { ...domain, keySwitchedAt: clock.now() - 100 * day, keyRenewedAt: clock.now() - 90 * day };
    await removeDomain(service.work, domain);
    const others = await add(otherId);
    await rotateKeys(service.work, due);
    expect((await identity()).DkimAttributes?.Tokens).toEqual([others.dkimKeys[0]?.selector]);
    expect(await returnPathAtSes()).toBe(returnPathOf(others));
  });

  it.each(["non_compliant", "suspended"] as const)(
    "that was %s is so again when it is removed and added anew",
    async (complianceStatus) => {
      const domain = await add();
      const reviewReasons = ["It looks like another's."];
      await service.work.domains.change(domain, { complianceStatus, reviewReasons });
      await removeDomain(service.work, await now(domain));
      expect(await add()).toMatchObject({ complianceStatus, reviewReasons });
    },
  );
});
