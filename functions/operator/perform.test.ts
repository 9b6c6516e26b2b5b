import { KMSClient } from "@aws-sdk/client-kms";
import { GetEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AwsEndpoint, startAwsEndpoint } from "../../local/engines/aws/endpoint.ts";
import { sesFaults } from "../../local/engines/aws/ses-faults.ts";
import { accessStore } from "../../shared/accounts/access-store.ts";
import { accountListStore } from "../../shared/accounts/account-list-store.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { type AuditStore, auditStore } from "../../shared/accounts/audit-store.ts";
import { organizationStore } from "../../shared/accounts/organization-store.ts";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import { tokenStore } from "../../shared/accounts/token-store.ts";
import type { MessageEvent } from "../../shared/contracts/message-event.ts";
import { companyInfoStore } from "../../shared/domains/company-info-store.ts";
import { demoDomainStore } from "../../shared/domains/demo-domain-store.ts";
import { dkimKeyClient } from "../../shared/domains/dkim-key-client.ts";
import { domainReviewStore } from "../../shared/domains/domain-review-store.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { sesIdentityClient } from "../../shared/domains/ses-identity-client.ts";
import { heldStore } from "../../shared/messages/held-store.ts";
import { wordsOf } from "../../shared/notifications/catalogue.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { deadLetterClient } from "./dead-letter-client.ts";
import { type OperatorDeps, perform } from "./perform.ts";

const noon = Date.UTC(2026, 0, 31, 12);

/** A queue that takes everything. */
function queueInto(bodies: string[]) {
  return {
    send: async (some: readonly string[]) => {
      bodies.push(...some);
      return new Set<number>();
    },
  };
}

describe("the operator", () => {
  const dynamo = useDynamo();
  let aws: AwsEndpoint;
  let ses: SESv2Client;
  let kms: KMSClient;
  let deps: OperatorDeps;
  let audits: AuditStore;
  let made = 0;
  const clock = settableClock(noon);
  const told: string[] = [];
  const released: string[] = [];
  const events: MessageEvent[] = [];
  const refunds: number[] = [];
  const operate = (event: unknown) => perform(deps, event) as Promise<Record<string, unknown>>;
  const newAccount = async (more: object = {}): Promise<number> => {
    const wanted = { action: "createAccount", name: "Example", ownerEmail: "owner@example.com", ...more };
    return Number((await operate(wanted))["accountId"]);
  };

  beforeAll(async () => {
    aws = await startAwsEndpoint({
      ...{ mailbox: { deliver: async () => undefined }, configurationSets: [], eventDestinations: [] },
      ...{ snsUrl: "http://127.0.0.1:9", sesFaults: sesFaults() },
      invoke: async () => ({ payload: null }),
    });
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    ses = new SESv2Client({ endpoint: aws.url, region: "us-east-1", credentials });
    kms = new KMSClient({ endpoint: aws.url, region: "us-east-1", credentials });
  });
  afterAll(() => aws.stop());

  beforeEach(() => {
    clock.set(noon);
    refunds.length = 0;
    const table = { client: dynamo.client, clock };
    const dkimKeys = dkimKeyClient({ kms, keyId: "dkim" });
    told.length = 0;
    released.length = 0;
    const accounts = { ...table, table: dynamo.tables.accounts };
    audits = auditStore(accounts);
    deps = {
      accounts: accountStore(accounts),
      accesses: accessStore(accounts),
      organizations: organizationStore(accounts),
      audits,
      tokens: tokenStore(accounts),
      domains: domainStore(accounts),
      demoDomains: demoDomainStore(accounts),
      quota: quotaStore({ ...table, table: dynamo.tables.quota }),
      dkimKeys,
      keyZone: { publish: async () => undefined },
      sesIdentities: sesIdentityClient({ ses, dkimKeys }),
      owner: {
        tell: async (_accountId, news) => {
          told.push(wordsOf(news).text);
        },
      },
      events: { put: async (some) => void events.push(...some) },
      refundEvents: { put: async (_period, { cents }) => void refunds.push(cents) },
      accountList: accountListStore(accounts),
      domainReviews: domainReviewStore(accounts),
      companyInfos: companyInfoStore(accounts),
      installation: { queues: [] },
      // Looked at in the system tests, where there is an installation.
      doctor: {} as OperatorDeps["doctor"],
      deadLetters: deadLetterClient(new SQSClient({ region: "us-east-1" })),
      standings: standingStore(accounts),
      held: heldStore({ client: dynamo.client, table: dynamo.tables.messages }),
      heldJobs: { get: () => Promise.reject(new Error("nothing is stored")) },
      queues: { transactional: queueInto(released), bulk: queueInto(released) },
      pause: async (ms) => clock.advance(ms),
      mailHost: "postern.test",
      clock,
    };
  });

  it("makes an account on the free plan, with its quota", async () => {
    const accountId = await newAccount();
    expect(await operate({ action: "usage", accountId })).toMatchObject({
      ...{ accountId, planName: "free", monthLimit: 4_000, used: 0, remaining: 4_000 },
      ...{ day: "2026-01-31", dayLimit: 150, dayUsed: 0, dayRemaining: 150 },
      ...{ periodStart: "2026-01-31T12:00:00.000Z", periodEnd: "2026-02-28T12:00:00.000Z" },
    });
    expect((await deps.accounts.get(accountId))?.limits).toEqual({
      ...{ requestsPer10Seconds: 150, emailsPerHour: 150, messageBytes: 10_485_760 },
    });
  });

  it("gives a discount, a refund of what it has left to pay, and ends a plan that is not paid", async () => {
    const accountId = await newAccount({ planName: "basic-10k", planStart: "2025-12-31T12:00:00Z" });
    await operate({ action: "setDiscount", accountId, percent: 50 });
    expect(await operate({ action: "showDiscount", accountId })).toEqual({ accountId, percent: 50 });
    await expect(operate({ action: "setDiscount", accountId, percent: 101 })).rejects.toMatchObject({
      code: "invalid_request",
    });
    clock.advance(28 * 86_400_000);
    await deps.quota.rollOver(accountId);
    const periodStart = "2026-01-31T12:00:00.000Z";
    expect(await operate({ action: "refund", accountId, periodStart, reason: "Asked" })).toEqual({
      ...{ accountId, periodStart, refundCents: 750, reason: "Asked" },
      refundedAt: "2026-02-28T12:00:00.000Z",
    });
    expect(refunds).toEqual([750]);
    expect(await operate({ action: "failPayment", accountId })).toEqual({
      ...{ accountId, planName: "basic-10k", freeFrom: "2026-03-31T12:00:00.000Z" },
    });
    expect(told).toEqual([expect.stringContaining("basic-10k, has failed")]);
    await expect(operate({ action: "failPayment", accountId: 4711 })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("makes an account with limits of its own and a plan that began earlier", async () => {
    const limits = { requestsPer10Seconds: 9_000, emailsPerHour: 5, emailsPerMonth: 7, emailsPerDay: 3 };
    const planStart = "2025-08-31T10:00:00+02:00";
    const accountId = await newAccount({ planName: "basic-10k", limits, planStart });
    expect(await operate({ action: "usage", accountId })).toMatchObject({
      ...{ monthLimit: 7, dayLimit: 3, periodStart: "2026-01-31T08:00:00.000Z" },
    });
    expect((await deps.accounts.get(accountId))?.limits).toMatchObject({
      ...{ requestsPer10Seconds: 9_000, emailsPerHour: 5 },
    });
  });

  it("makes tokens for the account or for one domain, and tells the secret", async () => {
    const accountId = await newAccount();
    const whole = await operate({ action: "createToken", accountId, name: "all", accessLevel: 100 });
    const one = await operate({
      action: "createToken",
      accountId,
      name: "one",
      accessLevel: 10,
      domainId: 5,
    });
    expect((await deps.accounts.findByToken(String(whole["token"])))?.token.resources).toEqual([
      { resourceType: "account", resourceId: accountId, accessLevel: 100 },
    ]);
    expect((await deps.accounts.findByToken(String(one["token"])))?.token).toMatchObject({
      ...{ id: one["tokenId"], resources: [{ resourceType: "domain", resourceId: 5, accessLevel: 10 }] },
    });
  });

  it("adds a domain that SES signs with its first key and whose return path is its own", async () => {
    const accountId = await newAccount();
    const domainName = `Shop${++made}.example`;
    const added = await operate({ action: "addDomain", accountId, domainName });
    const name = domainName.toLowerCase();
    expect(added).toMatchObject({
      ...{ domainName: name, complianceStatus: "unverified_dns" },
      dkim: [{ selector: "rwmt1" }, { selector: "rwmt2" }],
    });
    expect(JSON.stringify(added)).not.toContain("rivate");

    const identity = await ses.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
    expect(identity.DkimAttributes).toMatchObject({ SigningAttributesOrigin: "EXTERNAL", Tokens: ["rwmt1"] });
    expect(identity.MailFromAttributes?.MailFromDomain).toBe(added["returnPath"]);
  });

  it("completes a domain whose identity was not made, with the keys it has", async () => {
    const accountId = await newAccount();
    const domainName = `half${++made}.example`;
    const broken = {
      ...deps,
      sesIdentities: { ...deps.sesIdentities, create: () => Promise.reject(new Error("cut off")) },
    };
    await expect(perform(broken, { action: "addDomain", accountId, domainName })).rejects.toThrow("cut off");
    const kept = await deps.domains.find(accountId, domainName);

    const added = await operate({ action: "addDomain", accountId, domainName });
    expect(await operate({ action: "addDomain", accountId, domainName })).toEqual(added);
    expect(added["domainId"]).toBe(kept?.id);
    await ses.send(new GetEmailIdentityCommand({ EmailIdentity: domainName }));
  });

  it("keeps private keys that open for their own domain only", async () => {
    const accountId = await newAccount();
    const domainName = `keys${++made}.example`;
    await operate({ action: "addDomain", accountId, domainName });
    const domain = await deps.domains.find(accountId, domainName);
    const key = domain?.dkimKeys[0];
    if (domain === undefined || key === undefined) throw new Error("no domain, or no key");
    const elsewhere = dkimKeyClient({ kms, keyId: "dkim" });
    const pem = await elsewhere.privateKeyOf(domain, key);
    expect(pem).toContain("BEGIN PRIVATE KEY");
    expect(key.encryptedPrivateKey).not.toContain(pem.split("\n")[1]);
    await expect(elsewhere.privateKeyOf({ ...domain, name: "other.example" }, key)).rejects.toThrow();
    await expect(elsewhere.privateKeyOf({ ...domain, accountId: 0 }, key)).rejects.toThrow();
  });

  it("makes users, organizations and their tokens, and all of it is in the audit log", async () => {
    const accountId = await newAccount();
    const user = { accountId, email: "ada@example.com", name: "Ada", accessLevel: 10 };
    const { accessId } = await operate({ action: "createUser", ...user });
    const { organizationId } = await operate({ action: "createOrganization", accountId, name: "Group" });
    const tokenOf = async (more: object) =>
      (await operate({ action: "createToken", accountId, name: "t", accessLevel: 100, ...more }))["token"];
    const [adas, groups] = [String(await tokenOf({ accessId })), String(await tokenOf({ organizationId }))];
    expect((await deps.accounts.findByToken(adas))?.token.resources).toEqual([
      { resourceType: "account", resourceId: accountId, accessLevel: 10 },
    ]);
    expect((await deps.accounts.findByToken(groups))?.token.resources).toEqual([
      { resourceType: "organization", resourceId: organizationId, accessLevel: 100 },
    ]);
    await operate({ action: "setPlan", accountId, planName: "basic-10k" });
    await operate({ action: "usage", accountId });
    const entries = await audits.list(accountId, { limit: 10 });
    // Ids of the same millisecond sort as they please.
    expect(entries.map(({ event }) => event.replace("activity_log.", "")).toSorted()).toEqual([
      ...["account.created", "account.plan_changed", "api_token.created", "api_token.created"],
      ...["organization.created", "user.created"],
    ]);
    expect(entries.every(({ actor }) => actor.name === "Operator")).toBe(true);
    expect(JSON.stringify(entries)).not.toContain(adas);
  });

  it("changes statuses, limits and plan", async () => {
    const accountId = await newAccount();
    const domainName = `status${++made}.example`;
    await operate({ action: "addDomain", accountId, domainName, complianceStatus: "compliant" });
    await operate({ action: "setDomainStatus", accountId, domainName, complianceStatus: "suspended" });
    await operate({ action: "setAccountStatus", accountId, status: "banned" });
    await operate({ action: "setLimits", accountId, messageBytes: 30_000_000 });
    await operate({ action: "setPlan", accountId, planName: "business-100k" });

    expect((await deps.domains.find(accountId, domainName))?.complianceStatus).toBe("suspended");
    expect(await deps.accounts.get(accountId)).toMatchObject({
      ...{ status: "banned", planName: "business-100k" },
      limits: { messageBytes: 30_000_000, emailsPerHour: 800, requestsPer10Seconds: 150 },
    });
    expect(await operate({ action: "usage", accountId })).toMatchObject({ monthLimit: 100_000 });
  });

  it("suspends, answers when none goes out any more, and lets go what was held when it lifts that", async () => {
    const accountId = await newAccount();
    const mail = { accountId, domainName: "a.example", stream: "bulk", messages: 2, job: { text: "{}" } };
    const held = heldStore({ client: dynamo.client, table: dynamo.tables.messages });
    const reason = "Complaints of recipients.";
    const before = deps.clock.now();
    const answer = await operate({ action: "suspend", accountId, stream: "bulk", reason });
    expect(deps.clock.now() - before).toBeGreaterThan(5_000);
    expect(answer).toMatchObject({
      status: "active",
      suspensions: [{ scope: "stream", stream: "bulk", reason, banAt: "2026-02-14T12:00:00.000Z" }],
    });
    await held.put({ ...mail, name: "1" });
    await held.put({ ...mail, name: "2", stream: "transactional" });
    await operate({ action: "suspend", accountId });
    expect(await operate({ action: "noteAnswer", accountId, stream: "bulk" })).toMatchObject({
      suspensions: [{ answered: true, banAt: "2026-02-26T12:00:00.000Z" }, { answered: false }],
    });

    expect(await operate({ action: "lift", accountId })).toMatchObject({ status: "active", released: 2 });
    expect(await operate({ action: "lift", accountId })).toMatchObject({ lifted: false });
    expect(await operate({ action: "setAccountStatus", accountId, status: "banned" })).toEqual({
      ...{ accountId, status: "banned", released: 2, allReleased: true },
    });
    expect(await operate({ action: "showStanding", accountId })).toMatchObject({ suspensions: [] });
    expect(released).toHaveLength(2);
    expect(told).toHaveLength(4);
    expect(told[0]).toContain(reason);
  });

  it("suspends nothing that is not there", async () => {
    const accountId = await newAccount();
    const both = { action: "suspend", accountId, stream: "bulk", domainName: "a.example" };
    await expect(operate(both)).rejects.toMatchObject({ code: "invalid_request" });
    const unknown = { action: "suspend", accountId, domainName: "nobody.example" };
    await expect(operate(unknown)).rejects.toMatchObject({ code: "not_found" });
    await expect(operate({ action: "noteAnswer", accountId })).rejects.toMatchObject({ code: "not_found" });
    await operate({ action: "setAccountStatus", accountId, status: "banned" });
    await expect(operate({ action: "suspend", accountId })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("sets who gets blind copies of a domain's emails, and its alerts, as the owner could", async () => {
    const accountId = await newAccount();
    const added = await operate({ action: "addDomain", accountId, domainName: `copies${accountId}.example` });
    const domainId = Number(added["domainId"]);
    const change = (wanted: object) =>
      operate({ action: "setDomainSettings", accountId, domainId, ...wanted });
    const autoBcc = { emails: ["crm@example.net"], headers: { "X-Copy": "1" } };
    await change({ autoBcc, healthAlerts: false, alertRecipient: "ops@example.net" });
    expect(await deps.domains.get(accountId, domainId)).toMatchObject({
      ...{ autoBcc, healthAlerts: false, criticalAlerts: true, alertRecipient: "ops@example.net" },
    });
    await change({ autoBcc: { emails: [] }, alertRecipient: null });
    expect(await deps.domains.get(accountId, domainId)).toMatchObject({
      ...{ autoBcc: { emails: [], headers: {} }, healthAlerts: false, alertRecipient: null },
    });
    await expect(change({ autoBcc: { emails: ["nobody"] } })).rejects.toThrow("has an invalid address");
    await expect(change({ alertRecipient: "nobody" })).rejects.toThrow("alertRecipient");
    const [demo] = (await deps.domains.list(accountId)).filter((domain) => domain.demo);
    const ofDemo = { action: "setDomainSettings", accountId, domainId: demo?.id, autoBcc };
    await expect(operate(ofDemo)).rejects.toThrow("not on demo domains");
    const noted = (await audits.list(accountId, { limit: 20 })).filter(({ changes }) => changes?.["autoBcc"]);
    expect(noted).toHaveLength(2);
    for (const { event, actor } of noted) {
      expect([event, actor.name]).toEqual(["activity_log.sending_domain.updated", "Operator"]);
    }
  });

  it("decides about a domain, and its owner is told why", async () => {
    const accountId = await newAccount();
    const domainName = `decided${++made}.example`;
    await operate({ action: "addDomain", accountId, domainName });
    const reasons = ["The website sells nothing."];
    await operate({ action: "decideDomain", accountId, domainName, decision: "non_compliant", reasons });
    expect((await deps.domains.find(accountId, domainName))?.complianceStatus).toBe("non_compliant");
    expect(told).toEqual([expect.stringContaining("- The website sells nothing.")]);
    await operate({ action: "decideDomain", accountId, domainName, decision: "compliant" });
    await operate({ action: "decideDomain", accountId, domainName, decision: "compliant" });
    expect(told).toHaveLength(2);
    expect(await deps.domains.find(accountId, domainName)).toMatchObject({
      ...{ complianceStatus: "compliant", approvedAt: noon },
    });
  });

  it("gives each account a demo domain", async () => {
    const accountId = await newAccount();
    expect(await deps.domains.list(accountId)).toMatchObject([
      { name: `demo-${accountId}.postern.test`, demo: true, complianceStatus: "demo", dkimKeys: [] },
    ]);
  });

  it("lists all accounts, page by page, with what they have used", async () => {
    const ids = [await newAccount(), await newAccount(), await newAccount()];
    await operate({ action: "createToken", accountId: ids[0], name: "a", accessLevel: 100 });
    await deps.quota.reserve({ accountId: Number(ids[1]), submissionId: "s", count: 3 });
    const seen: { accountId: number; usage: { used: number } }[] = [];
    let after: unknown = Number(ids[0]) - 1;
    while (after !== undefined) {
      const page = await operate({ action: "listAccounts", after, limit: 2 });
      seen.push(...(page["accounts"] as typeof seen));
      after = page["next"];
    }
    expect(seen.map(({ accountId }) => accountId)).toEqual(ids);
    expect(seen[1]).toMatchObject({
      ...{ name: "Example", ownerEmail: "owner@example.com", status: "active", planName: "free" },
      usage: { used: 3, remaining: 3_997 },
    });
  });

  it("shows an account with limits, usage and domains", async () => {
    const accountId = await newAccount();
    const domainName = `shown${++made}.example`;
    await operate({ action: "addDomain", accountId, domainName });
    expect(await operate({ action: "showAccount", accountId })).toMatchObject({
      ...{ accountId, limits: { emailsPerHour: 150 }, usage: { used: 0 } },
      domains: [{ complianceStatus: "demo" }, { domainName, complianceStatus: "unverified_dns" }],
    });
    expect(await operate({ action: "listDomains", accountId })).toMatchObject({
      domains: [{}, { domainName }],
    });
  });

  it("lists the domains that wait for a decision, with what speaks for and against them", async () => {
    const accountId = await newAccount();
    const names = [`waiting${++made}.example`, `sending${++made}.example`];
    for (const domainName of names) await operate({ action: "addDomain", accountId, domainName });
    const [waiting = "", sending = ""] = names;
    const complianceStatus = "awaiting_questionnaire";
    const questionnaire = { at: noon, answers: { what: "Invoices" } };
    await deps.domains.change(
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

  it("keeps an hourly limit of the account's own when the plan changes", async () => {
    const accountId = await newAccount({ limits: { emailsPerHour: 5_000 } });
    await operate({ action: "setPlan", accountId, planName: "basic-10k" });
    expect((await deps.accounts.get(accountId))?.limits.emailsPerHour).toBe(5_000);
  });

  it("sets a monthly limit of the account's own and keeps what was used", async () => {
    const accountId = await newAccount();
    await deps.quota.reserve({ accountId, submissionId: "s", count: 3 });
    await operate({ action: "setLimits", accountId, emailsPerMonth: 10 });
    expect(await operate({ action: "usage", accountId })).toMatchObject({
      ...{ monthLimit: 10, used: 3, remaining: 7, dayLimit: 150 },
    });
  });

  it.each<[string, object, string]>([
    ["no action", {}, "action"],
    ["an unknown action", { action: "dropEverything" }, "action"],
    ["a missing name", { action: "createAccount", ownerEmail: "a@example.com" }, "name"],
    ["a mistyped field", { action: "setLimits", accountId: 1, emailPerMonth: 5 }, "emailPerMonth"],
    ["an owner without address", { action: "createAccount", name: "a", ownerEmail: "nobody" }, "ownerEmail"],
    [
      "an unknown plan",
      { action: "createAccount", name: "a", ownerEmail: "a@example.com", planName: "gold" },
      "basic-10k",
    ],
    ["a negative limit", { action: "setLimits", accountId: 1, emailsPerHour: -1 }, "emailsPerHour"],
    [
      "an unknown access level",
      { action: "createToken", accountId: 1, name: "a", accessLevel: 1000 },
      "accessLevel",
    ],
  ])("is told what is wrong with %s", async (_what, event, named) => {
    const error = await operate(event).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_request" });
    expect(String(error)).toContain(named);
  });

  it("is told so when the account does not exist", async () => {
    const accountId = 999_999;
    for (const event of [
      { action: "usage", accountId },
      { action: "createToken", accountId, name: "a", accessLevel: 100 },
      { action: "addDomain", accountId, domainName: "nobody.example" },
      { action: "setAccountStatus", accountId, status: "banned" },
      { action: "setLimits", accountId, emailsPerMonth: 5 },
      { action: "setPlan", accountId, planName: "free" },
    ]) {
      await expect(operate(event)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("passes a mailbox provider's complaint on, and says which message it is about", async () => {
    const messageId = "01941f29-7c00-7aaa-9aaa-aaaaaaaaaaaa";
    const report = (type: string) =>
      [
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n',
        `--b\nContent-Type: message/feedback-report\n\nFeedback-Type: ${type}\n`,
        `--b\nContent-Type: message/rfc822\n\nCFBL-Feedback-ID: 7.${messageId}\n\nHi\n--b--\n`,
      ].join("\n");
    const action = "recordFeedbackReport";

    expect(await operate({ action, report: report("abuse") })).toEqual({
      isComplaint: true,
      accountId: 7,
      messageId,
    });
    expect(await operate({ action, report: report("not-spam") })).toEqual({ isComplaint: false });
    await expect(operate({ action, report: "Subject: hi\n\nThis is spam" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(events).toMatchObject([{ kind: "spam_complaint", accountId: 7, messageId, at: noon }]);
  });
});
