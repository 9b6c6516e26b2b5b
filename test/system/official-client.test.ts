import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as promised from "../support/client-promises.ts";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { officialClient, officialMailer } from "../support/official-client.ts";

const { kept } = promised;

let cloud: LocalCloud;
let customer: Customer;
let client: ReturnType<typeof officialClient>;
beforeAll(async () => {
  cloud = await startLocalCloud();
  customer = await cloud.newAccount({ planName: "enterprise-1.5m" });
  client = officialClient({ ...customer, urls: cloud.urls });
});
afterAll(() => cloud.stop());

const operate = (command: object) => cloud.invoke("Operator", command) as Promise<Record<string, unknown>>;

async function ownDomain() {
  const { data } = await client.sendingDomains.getList();
  const found = data.find(({ domain_name }) => domain_name === customer.domain);
  if (found === undefined) throw new Error("the customer's domain is not listed");
  return found;
}

async function mailTo(address: string) {
  return await eventually(async () => {
    const found = (await cloud.mailbox()).filter(({ envelope }) => envelope.to[0]?.address === address);
    expect(found).toHaveLength(1);
    return found[0] as (typeof found)[number];
  }, 60_000);
}

type Filters = NonNullable<NonNullable<Parameters<typeof client.emailLogs.getList>[0]>["filters"]>;

const company = {
  ...{ name: "Till & Co", address: "4 Quay Rd", city: "Cork", country: "IE", zip_code: "T12" },
  website_url: "https://till.example/",
};

describe("the official client drives", () => {
  it("sending domains from the first to the last call", async () => {
    const { sendingDomains: domains } = client;
    const made = await kept(promised.domain, domains.create({ domain_name: "Shop.example" }));
    expect(made).toMatchObject({ domain_name: "shop.example", compliance_status: "unverified_dns" });
    expect(await kept(promised.domain, domains.get(made.id))).toEqual(made);
    const { data } = await domains.getList();
    expect(data.map((one) => promised.domain.parse(one))).toContainEqual(made);

    const wanted = {
      ...{ open_tracking_enabled: false, click_tracking_enabled: true, tracking_opt_out_enabled: true },
      auto_unsubscribe_link_enabled: true,
    };
    const changed = await kept(promised.domain, domains.update(made.id, wanted));
    expect(changed).toEqual({ ...made, ...wanted, custom_domain_tracking_enabled: true });
    await expect(domains.update(made.id, { inbound_enabled: true })).rejects.toThrow(
      "inbound_enabled: is not available",
    );

    await domains.sendSetupInstructions(made.id, "dns@example.net");
    const { text } = await mailTo("dns@example.net");
    for (const record of made.dns_records) expect(text).toContain(record.value);

    await domains.delete(made.id);
    await expect(domains.get(made.id)).rejects.toThrow("Not Found");
    await expect(domains.delete(made.id)).rejects.toThrow("Not Found");
  });

  it("sending domains that are refused, and reads why", async () => {
    const { sendingDomains: domains } = client;
    const refusal = (domain_name: string) => domains.create({ domain_name }).catch(({ message }) => message);
    expect(await refusal("")).toMatch(/^Validation failed: Domain name can't be blank, Tracking domain/);
    expect(await refusal("www.shop.example")).toMatch(/^domain_name: /);
    expect(await refusal(customer.domain)).toBe("domain_name: has already been taken");
    await expect(domains.get(cloud.domainId)).rejects.toThrow("Not Found");
    const { id } = await ownDomain();
    await expect(domains.sendSetupInstructions(id, "nobody")).rejects.toThrow("email: is invalid");
  });

  it("company info, from nothing to a change of one field", async () => {
    const { id } = await ownDomain();
    const { companyInfo: infos } = client;
    const before = await kept(promised.companyInfo, infos.get(id));
    expect(before.data).toMatchObject({ name: null, website_url: null, info_level: "business" });
    await expect(infos.create(id, { ...company, website_url: "" })).rejects.toThrow(
      "website_url: can't be blank, is invalid",
    );
    const made = await kept(promised.companyInfo, infos.create(id, { ...company, info_level: "individual" }));
    expect(made.data).toMatchObject({ ...company, info_level: "individual", phone: null });
    const changed = await kept(promised.companyInfo, infos.update(id, { phone: "+353 21 1" }));
    expect(changed.data).toEqual({ ...made.data, phone: "+353 21 1" });
    expect(await kept(promised.companyInfo, infos.get(id))).toEqual(changed);
  });

  it("tokens, accounts and usage, as its types have them", async () => {
    const { apiTokens, accounts, billing } = client.general;
    const resource = { resource_type: "account", resource_id: customer.accountId, access_level: 10 } as const;
    const { id } = await kept(promised.token, apiTokens.create({ name: "CI", resources: [resource] }));
    expect(await kept(promised.token, apiTokens.get(id))).toMatchObject({ resources: [resource] });
    const fresh = await kept(promised.token, apiTokens.reset(id));
    const listed = (await apiTokens.getList()).map((one) => promised.token.parse(one));
    expect(listed.map((one) => one.id)).toEqual(expect.arrayContaining([id, fresh.id]));
    await apiTokens.delete(fresh.id);
    await expect(apiTokens.get(fresh.id)).rejects.toThrow("Not Found");
    const [own] = await accounts.getAllAccounts();
    expect(promised.account.parse(own).id).toBe(customer.accountId);
    const usage = await kept(promised.usage, billing.getCurrentBillingCycleUsage());
    expect(usage.sending.usage.sent_messages_count).toEqual({ current: 0, limit: 1_500_000 });
  });

  it("who has access to what, by all its filters", async () => {
    const { accountId } = customer;
    const { accountAccesses, permissions } = client.general;
    const { accessId } = await operate({
      action: "createUser",
      accountId,
      email: "ada@example.net",
      name: "Ada",
    });
    const ids = async (filters?: Parameters<typeof accountAccesses.listAccountAccesses>[0]) =>
      (await accountAccesses.listAccountAccesses(filters)).map((one) => promised.access.parse(one).id);
    const domain = await ownDomain();
    const domainUuids = [String(domain.id)];
    const [owner = 0] = await ids();
    expect(await ids()).toEqual([owner, accessId]);
    expect(await ids({ domainUuids })).toEqual([owner]);
    const grant = { resourceId: String(domain.id), resourceType: "sending_domain" };
    await permissions.bulkPermissionsUpdate(Number(accessId), [{ ...grant, accessLevel: "viewer" }]);
    expect(await ids({ domainUuids })).toEqual([owner, accessId]);
    await permissions.bulkPermissionsUpdate(Number(accessId), [{ ...grant, destroy: true }]);
    expect(await ids({ domainUuids: [...domainUuids, "0"] })).toEqual([owner]);
    expect(await ids({ inboxIds: ["1"], projectIds: ["2"] })).toEqual([]);
    // Its way of asking for resources, too, leads to the accesses.
    expect((await permissions.getResources()).map(({ id }) => id)).toEqual([owner, accessId]);
    await expect(accountAccesses.removeAccountAccess(owner)).rejects.toThrow("Account access forbidden");
    expect(await accountAccesses.removeAccountAccess(Number(accessId))).toEqual({ id: accessId });
  });

  it("webhooks of both types", async () => {
    const { webhooks } = client;
    const url = "http://127.0.0.1:9/hook";
    const { data: made } = await webhooks.create({
      ...{
        url,
        webhook_type: "email_sending",
        sending_stream: "bulk",
        event_types: ["open", "spam_complaint"],
      },
    });
    expect(made.signing_secret).toMatch(/^[0-9a-f]{32}$/);
    const audit = await kept(promised.webhook, webhooks.create({ url, webhook_type: "audit_log" }));
    expect(audit.data).toMatchObject({ webhook_type: "audit_log", sending_stream: null, event_types: [] });
    const { data } = await webhooks.getList();
    expect(data.map((one) => promised.webhook.parse({ data: one }).data.id)).toEqual([
      made.id,
      audit.data.id,
    ]);
    const changed = await kept(
      promised.webhook,
      webhooks.update(made.id, { active: false, event_types: ["click"] }),
    );
    expect(changed.data).toMatchObject({ active: false, event_types: ["click"], sending_stream: "bulk" });
    expect(await kept(promised.webhook, webhooks.get(made.id))).toEqual(changed);
    expect(await kept(promised.webhook, webhooks.delete(made.id))).toEqual(changed);
    await webhooks.delete(audit.data.id);
    await expect(webhooks.create({ url: "", webhook_type: "email_sending" })).rejects.toThrow(
      "url: can't be blank, is invalid; sending_stream: can't be blank; event_types: can't be blank",
    );
    await expect(webhooks.create({ url, webhook_type: "inbound_receiving" })).rejects.toThrow("webhook_type");
  });

  it("suppressions and opt-outs, page by page", async () => {
    const domain = await ownDomain();
    const wish = { email: "gone@example.net", domain_id: domain.id };
    const { suppressions, trackingOptOuts } = client;
    const { data: made } = await suppressions.create({
      ...wish,
      sending_stream: "bulk",
      type: "manual import",
    });
    expect((await suppressions.getList()).map((one) => promised.suppression.parse(one))).toEqual([made]);
    expect(await suppressions.getList({ email: "else@example.net" })).toEqual([]);
    expect(await kept(promised.suppression, suppressions.delete(made.id))).toEqual(made);
    await expect(suppressions.create({ ...wish, email: "x", sending_stream: "bulk" })).rejects.toThrow(
      "email: format is invalid",
    );

    const { data: quiet } = await trackingOptOuts.create(wish);
    const page = { start_time: new Date(0).toISOString(), end_time: (await cloud.now()).toISOString() };
    expect(await trackingOptOuts.getList({ ...page, email: wish.email })).toEqual({
      data: [quiet],
      last_id: null,
    });
    expect((await trackingOptOuts.getList({ last_id: quiet.id })).data).toEqual([]);
    expect(await kept(promised.optOut, trackingOptOuts.delete(quiet.id))).toEqual(quiet);
    await expect(trackingOptOuts.delete(quiet.id)).rejects.toThrow("Tracking opt-out not found");
  });
});

describe("the official transport for nodemailer", () => {
  it("sends what nodemailer makes of an email, with its empty lists and the first of its reply-to", async () => {
    const mailer = officialMailer({ ...customer, urls: cloud.urls });
    const info = (await mailer.sendMail({
      from: `"Ünal Öz" <hello@${customer.domain}>`,
      ...{ bcc: "hidden@example.net", replyTo: ["first@example.net", "second@example.net"] },
      ...{ subject: "From nodemailer", html: "<p>Hello</p>", headers: { "X-Order": "771" } },
      attachments: [{ filename: "note.txt", content: Buffer.from("attached") }],
    })) as unknown as { success: true; message_ids: string[] };
    expect(info).toEqual({ success: true, message_ids: [expect.any(String)] });
    const mail = await mailTo("hidden@example.net");
    const source = await cloud.rawMail(mail.id);
    expect(source).toMatch(/^X-Order: 771\r?$/m);
    expect(source).toMatch(/^Reply-To: first@example\.net\r?$/m);
    expect(source).not.toContain("second@example.net");
    expect(mail.attachments?.[0]).toMatchObject({ filename: "note.txt", size: 8 });
    await expect(
      mailer.sendMail({ from: `a@${customer.domain}`, subject: "No text", to: "a@example.net" }),
    ).rejects.toThrow("must specify either text or html body");
  });
});

describe("what became of an email", () => {
  const answered = { subject: "Logged", text: "Hello", category: "Receipts", custom_variables: { order: 7 } };

  it("is in the log, by each of the client's filters, and in all five statistics", async () => {
    const sent = await client.send({
      ...{ from: { email: `hello@${customer.domain}` }, ...answered },
      to: [{ email: "reader@example.net" }, { email: "bounce@simulator.amazonses.com" }],
    });
    const [delivered = "", bounced = ""] = sent.message_ids;
    const { emailLogs, stats } = client;
    await eventually(async () => {
      expect((await emailLogs.get(delivered)).status).toBe("delivered");
      expect((await emailLogs.get(bounced)).status).toBe("not_delivered");
    }, 60_000);
    for (const [message, kind] of [
      [delivered, "delivery"],
      [bounced, "bounce"],
    ] as const) {
      const { events } = await eventually(() => kept(promised.logMessage, emailLogs.get(message)));
      expect(events?.map(({ event_type }) => event_type)).toEqual([kind]);
    }

    const domain = await ownDomain();
    const hour = new Date((await cloud.now()).getTime() - 3_600_000).toISOString();
    const filters = {
      ...{ sent_after: hour, to: { operator: "ci_contain", value: "READER@" } },
      from: { operator: "ci_equal", value: `hello@${customer.domain}` },
      subject: { operator: "ci_not_equal", value: "From nodemailer" },
      status: { operator: "equal", value: ["delivered", "opted_out"] },
      events: { operator: "include_event", value: "delivery" },
      clicks_count: { operator: "equal", value: 0 },
      opens_count: { operator: "less_than", value: 1 },
      client_ip: { operator: "not_equal", value: "192.0.2.1" },
      sending_ip: { operator: "not_contain", value: "198.51.100." },
      email_service_provider_response: { operator: "ci_not_contain", value: "nonsense" },
      email_service_provider: { operator: "not_equal", value: "Google" },
      recipient_mx: { operator: "ci_not_equal", value: "mx.example.net" },
      category: { operator: "equal", value: ["Receipts"] },
      sending_domain_id: { operator: "equal", value: domain.id },
      sending_stream: { operator: "not_equal", value: "bulk" },
    } as const satisfies Filters;
    for (const [name, filter] of Object.entries(filters)) {
      const { messages } = await emailLogs.getList({ filters: { [name]: filter } as Filters });
      expect(
        messages.map(({ message_id }) => message_id),
        name,
      ).toContain(delivered);
    }
    const list = await kept(promised.logList, emailLogs.getList({ filters: filters as Filters }));
    expect(list.messages.map(({ message_id }) => message_id)).toEqual([delivered]);
    expect(list.messages[0]).toMatchObject({
      custom_variables: { order: "7" },
      sending_domain_id: domain.id,
    });

    const day = (await cloud.now()).toISOString().slice(0, 10);
    const asked = {
      ...{ start_date: day, end_date: day, categories: ["Receipts"], sending_streams: ["transactional"] },
      sending_domain_ids: [domain.id],
    };
    const total = { delivery_count: 1, delivery_rate: 0.5, bounce_count: 1, bounce_rate: 0.5 };
    expect(await kept(promised.stats, stats.get(asked))).toMatchObject(total);
    for (const [group, value] of [
      [await stats.byDomain(asked), domain.id],
      [await stats.byCategory(asked), "Receipts"],
      [await stats.byDate(asked), day],
    ] as const) {
      expect(group).toMatchObject([{ value, stats: total }]);
      expect(promised.stats.safeParse(group[0]?.stats).success).toBe(true);
    }
    const providers = await stats.byEmailServiceProvider(asked);
    expect(providers.reduce((sum, one) => sum + one.stats.delivery_count, 0)).toBe(1);
    await expect(stats.get({ ...asked, start_date: "" })).rejects.toThrow(
      "Missing required parameter: start_date",
    );
  });
});
