import { GetEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { describe, expect, it } from "vitest";
import { dkimKeyClient } from "../../shared/domains/dkim-key-client.ts";
import { noon, useOperator } from "../../test/support/operator-world.ts";
import { perform } from "./perform.ts";

describe("the operator, of domains,", () => {
  const operator = useOperator();
  const { operate, newAccount, told } = operator;

  it("adds a domain that SES signs with its first key and whose return path is its own", async () => {
    const accountId = await newAccount();
    const domainName = `Shop${accountId}.example`;
    const added = await operate({ action: "addDomain", accountId, domainName });
    const name = domainName.toLowerCase();
    expect(added).toMatchObject({
      ...{ domainName: name, complianceStatus: "unverified_dns" },
      dkim: [{ selector: "rwmt1" }, { selector: "rwmt2" }],
    });
    expect(JSON.stringify(added)).not.toContain("rivate");

    const identity = await operator.ses.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
    expect(identity.DkimAttributes).toMatchObject({ SigningAttributesOrigin: "EXTERNAL", Tokens: ["rwmt1"] });
    expect(identity.MailFromAttributes?.MailFromDomain).toBe(added["returnPath"]);
  });

  it("completes a domain whose identity was not made, with the keys it has", async () => {
    const accountId = await newAccount();
    const domainName = `half${accountId}.example`;
    const broken = {
      ...operator.deps,
      sesIdentities: { ...operator.deps.sesIdentities, create: () => Promise.reject(new Error("cut off")) },
    };
    await expect(perform(broken, { action: "addDomain", accountId, domainName })).rejects.toThrow("cut off");
    const kept = await operator.deps.domains.find(accountId, domainName);

    const added = await operate({ action: "addDomain", accountId, domainName });
    expect(await operate({ action: "addDomain", accountId, domainName })).toEqual(added);
    expect(added["domainId"]).toBe(kept?.id);
    await operator.ses.send(new GetEmailIdentityCommand({ EmailIdentity: domainName }));
  });

  it("keeps private keys that open for their own domain only", async () => {
    const accountId = await newAccount();
    const domainName = `keys${accountId}.example`;
    await operate({ action: "addDomain", accountId, domainName });
    const domain = await operator.deps.domains.find(accountId, domainName);
    const key = domain?.dkimKeys[0];
    if (domain === undefined || key === undefined) throw new Error("no domain, or no key");
    const elsewhere = dkimKeyClient({ kms: operator.kms, keyId: "dkim" });
    const pem = await elsewhere.privateKeyOf(domain, key);
    expect(pem).toContain("BEGIN PRIVATE KEY");
    expect(key.encryptedPrivateKey).not.toContain(pem.split("\n")[1]);
    await expect(elsewhere.privateKeyOf({ ...domain, name: "other.example" }, key)).rejects.toThrow();
    await expect(elsewhere.privateKeyOf({ ...domain, accountId: 0 }, key)).rejects.toThrow();
  });

  it("gives each account a demo domain", async () => {
    const accountId = await newAccount();
    expect(await operator.deps.domains.list(accountId)).toMatchObject([
      { name: `demo-${accountId}.postern.test`, demo: true, complianceStatus: "demo", dkimKeys: [] },
    ]);
  });

  it("sets who gets blind copies of a domain's emails, and its alerts, as the owner could", async () => {
    const accountId = await newAccount();
    const added = await operate({ action: "addDomain", accountId, domainName: `copies${accountId}.example` });
    const domainId = Number(added["domainId"]);
    const change = (wanted: object) =>
      operate({ action: "setDomainSettings", accountId, domainId, ...wanted });
    const autoBcc = { emails: ["crm@example.net"], headers: { "X-Copy": "1" } };
    await change({ autoBcc, healthAlerts: false, alertRecipient: "ops@example.net" });
    expect(await operator.deps.domains.get(accountId, domainId)).toMatchObject({
      ...{ autoBcc, healthAlerts: false, criticalAlerts: true, alertRecipient: "ops@example.net" },
    });
    await change({ autoBcc: { emails: [] }, alertRecipient: null });
    expect(await operator.deps.domains.get(accountId, domainId)).toMatchObject({
      ...{ autoBcc: { emails: [], headers: {} }, healthAlerts: false, alertRecipient: null },
    });
    await expect(change({ autoBcc: { emails: ["nobody"] } })).rejects.toThrow("has an invalid address");
    await expect(change({ alertRecipient: "nobody" })).rejects.toThrow("alertRecipient");
    const [demo] = (await operator.deps.domains.list(accountId)).filter((domain) => domain.demo);
    const ofDemo = { action: "setDomainSettings", accountId, domainId: demo?.id, autoBcc };
    await expect(operate(ofDemo)).rejects.toThrow("not on demo domains");
    const noted = (await operator.audits.list(accountId, { limit: 20 })).filter(
      ({ changes }) => changes?.["auto_bcc"],
    );
    expect(noted).toHaveLength(2);
    for (const { event, actor } of noted) {
      expect([event, actor.name]).toEqual(["activity_log.sending_domain.updated", "Operator"]);
    }
  });

  it("decides about a domain, and its owner is told why", async () => {
    const accountId = await newAccount();
    const domainName = `decided${accountId}.example`;
    await operate({ action: "addDomain", accountId, domainName });
    const reasons = ["The website sells nothing."];
    await operate({ action: "decideDomain", accountId, domainName, decision: "non_compliant", reasons });
    expect((await operator.deps.domains.find(accountId, domainName))?.complianceStatus).toBe("non_compliant");
    expect(told).toEqual([expect.stringContaining("- The website sells nothing.")]);
    await operate({ action: "decideDomain", accountId, domainName, decision: "compliant" });
    await operate({ action: "decideDomain", accountId, domainName, decision: "compliant" });
    expect(told).toHaveLength(2);
    expect(await operator.deps.domains.find(accountId, domainName)).toMatchObject({
      ...{ complianceStatus: "compliant", approvedAt: noon },
    });
  });

  it("lists the domains that wait for a decision, with what speaks for and against them", async () => {
    const accountId = await newAccount();
    const names = [`waiting${accountId}.example`, `sending${accountId}.example`];
    for (const domainName of names) await operate({ action: "addDomain", accountId, domainName });
    const [waiting = "", sending = ""] = names;
    const complianceStatus = "awaiting_questionnaire";
    const questionnaire = { at: noon, answers: { what: "Invoices" } };
    await operator.deps.domains.change(
      { accountId, name: waiting },
      { complianceStatus, reviewReasons: ["It looks like a bank"], questionnaire },
    );
    await operate({ action: "decideDomain", accountId, domainName: sending, decision: "compliant" });
    const { domains } = await operate({ action: "reviewQueue" });
    expect((domains as { accountId: number }[]).filter((domain) => domain.accountId === accountId)).toEqual([
      expect.objectContaining({
        ...{ domainName: waiting, complianceStatus, reasons: ["It looks like a bank"] },
        answers: { what: "Invoices" },
      }),
    ]);
  });
});
