import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { officialClient } from "../support/official-client.ts";
import { post } from "../support/send.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

const minute = 60_000;
const day = 86_400_000;

let cloud: LocalCloud;
let receiver: WebhookReceiver;
let client: ReturnType<typeof officialClient>;
beforeAll(async () => {
  cloud = await startLocalCloud();
  receiver = await startWebhookReceiver();
  client = officialClient(cloud);
});
afterAll(async () => {
  await receiver.stop();
  await cloud.stop();
});

const operate = (command: object) => cloud.invoke("Operator", command) as Promise<Record<string, unknown>>;
const secrets: string[] = [];

/** Remembers a secret, which must be in no log when all is done. */
function kept(secret: string): string {
  secrets.push(secret);
  return secret;
}

async function sends(token: string): Promise<boolean> {
  const email = {
    ...{ from: { email: `hello@${cloud.domain}` }, to: [{ email: "reader@example.net" }] },
    ...{ subject: "Hello", text: "Hello" },
  };
  return (await post(cloud, email, { token })).status === 200;
}

const domainGrant = () => ({
  resource_type: "sending_domain" as const,
  resource_id: cloud.domainId,
  access_level: 100 as const,
});

describe("the official client", () => {
  it("makes, shows, resets and deletes tokens", async () => {
    const { apiTokens, accounts } = client.general;
    expect(await accounts.getAllAccounts()).toEqual([
      { id: cloud.accountId, name: "Local", access_levels: [100] },
    ]);
    const { token, ...made } = await apiTokens.create({ name: "Shop", resources: [domainGrant()] });
    expect(made).toMatchObject({ name: "Shop", resources: [domainGrant()] });
    expect(await sends(kept(token))).toBe(true);
    expect(await apiTokens.get(made.id)).toEqual(made);
    const fresh = await apiTokens.reset(made.id, { expires_at: null });
    expect(fresh).toMatchObject({ name: `Shop ${fresh.id}`, expires_at: null, resources: [domainGrant()] });
    expect(await sends(kept(fresh.token))).toBe(true);
    await expect(apiTokens.reset(made.id)).rejects.toThrow("Token has already been reset");
    await apiTokens.delete(fresh.id);
    const ids = (await apiTokens.getList()).map(({ id }) => id);
    expect(ids).toContain(made.id);
    expect(ids).not.toContain(fresh.id);
    await expect(apiTokens.create({ name: "empty", resources: [] })).rejects.toThrow(
      "No permissions selected. Please choose at least one.",
    );
  });

  it("sees users, changes what they may, and removes them", async () => {
    const { accountId } = cloud;
    const user = { accountId, email: "ada@example.net", name: "Ada" };
    const { accessId } = await operate({ action: "createUser", ...user, accessLevel: 10 });
    const wanted = { accountId, name: "Ada's", accessLevel: 10, accessId };
    const { token } = await operate({ action: "createToken", ...wanted });
    const { accountAccesses, permissions } = client.general;
    const id = Number(accessId);
    const [owner, ada] = (await accountAccesses.listAccountAccesses()) as unknown as {
      id: number;
      specifier: { email: string };
    }[];
    expect([owner?.specifier.email, ada?.id]).toEqual([`owner@${cloud.domain}`, id]);
    const adas = officialClient(cloud, { token: kept(String(token)) });
    await expect(adas.general.accountAccesses.listAccountAccesses()).rejects.toThrow("forbidden");
    const grant = {
      resourceId: String(cloud.domainId),
      resourceType: "sending_domain",
      accessLevel: "admin",
    };
    expect(await permissions.bulkPermissionsUpdate(id, [grant])).toEqual({
      message: "Permissions have been updated!",
    });
    await eventually(async () => expect(await sends(String(token))).toBe(true), 60_000);
    expect(await accountAccesses.removeAccountAccess(id)).toEqual({ id });
    await cloud.advanceClock(31_000);
    expect(await sends(String(token))).toBe(false);
    await expect(adas.general.accounts.getAllAccounts()).rejects.toThrow("Incorrect API token");
  });

  it("makes and lists an organization's sub-accounts", async () => {
    const { accountId } = cloud;
    const { organizationId } = await operate({ action: "createOrganization", accountId, name: "Group" });
    const wanted = { accountId, name: "org", accessLevel: 100, organizationId };
    const { token } = await operate({ action: "createToken", ...wanted });
    const options = { token: kept(String(token)), organizationId: Number(organizationId) };
    const { subAccounts } = officialClient(cloud, options).organizations;
    const made = await subAccounts.create({ name: "Team" });
    expect(made).toEqual({ id: expect.any(Number), name: "Team" });
    expect(await subAccounts.getList()).toEqual([made]);
    await expect(subAccounts.create({} as { name: string })).rejects.toThrow();
    const stranger = officialClient(cloud, { organizationId: Number(organizationId) });
    await expect(stranger.organizations.subAccounts.getList()).rejects.toThrow("Access forbidden");
  });
});

describe("an invitation", () => {
  const api = (method: string, path: string, body?: object) =>
    fetch(`${cloud.urls.api}/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  const links = async (address: string) => {
    const mails = (await cloud.mailbox()).filter(({ envelope }) => envelope.to[0]?.address === address);
    return mails.map(({ text }) => /http\S+\/invitations\/[\w-]+/.exec(text)?.[0] ?? "");
  };
  const untilMailed = (address: string, count: number) =>
    eventually(async () => expect(await links(address)).toHaveLength(count), 60_000);
  const accept = (link: string) =>
    fetch(link, { method: "POST", body: new URLSearchParams({ name: "Bob" }) });

  it("is mailed, accepted on its page, and told to the owner and the audit log", async () => {
    const permissions = [{ ...domainGrant(), access_level: "viewer" }];
    const before = await cloud.usage();
    const invited = await api("POST", "account_accesses", { email: "bob@example.net", permissions });
    expect(invited.status).toBe(201);
    await untilMailed("bob@example.net", 1);
    const [link = ""] = await links("bob@example.net");
    kept(link.slice(link.lastIndexOf("/") + 1));
    expect(link.startsWith(`${cloud.urls.track}/invitations/`)).toBe(true);
    const page = await fetch(link);
    expect([page.status, page.headers.get("referrer-policy")]).toEqual([200, "no-referrer"]);
    expect(await page.text()).toContain("<bdi>bob@example.net</bdi>");
    expect((await fetch(link, { method: "HEAD" })).status).toBe(200);

    const accepted = await Promise.all([accept(link), accept(link)]);
    expect(accepted.map(({ status }) => status)).toEqual([200, 200]);
    expect(await client.general.accountAccesses.listAccountAccesses()).toContainEqual(
      expect.objectContaining({
        specifier_type: "User",
        specifier: expect.objectContaining({ email: "bob@example.net", name: "Bob" }),
        resources: [{ ...domainGrant(), access_level: 10 }],
      }),
    );
    const log = (await (await api("GET", "audit_log")).json()) as { data: { event: string }[] };
    expect(log.data.filter(({ event }) => event.endsWith(".accepted_invitation"))).toHaveLength(1);
    await cloud.advanceClock(2 * minute);
    await eventually(async () => {
      const told = (await cloud.mailbox()).filter(({ subject }) =>
        subject.endsWith("has joined your account"),
      );
      expect(told.map(({ envelope }) => envelope.to[0]?.address)).toEqual([`owner@${cloud.domain}`]);
    }, 60_000);
    expect((await cloud.usage()).used).toBe(before.used);
  });

  it("is over when it is made again, and when it is taken back", async () => {
    const email = "eve@example.net";
    const statuses = async () =>
      (await Promise.all((await links(email)).map((link) => fetch(link))))
        .map(({ status }) => status)
        .toSorted();
    await api("POST", "account_accesses", { email });
    await untilMailed(email, 1);
    const again = (await (await api("POST", "account_accesses", { email })).json()) as { id: number };
    await untilMailed(email, 2);
    expect(await statuses()).toEqual([200, 410]);
    await client.general.accountAccesses.removeAccountAccess(again.id);
    expect(await statuses()).toEqual([410, 410]);
    for (const link of await links(email)) expect((await accept(link)).status).toBe(410);
  });
});

describe("a new domain", () => {
  it("has a token of its own, which works once it is reset", async () => {
    const { apiTokens } = client.general;
    const own = (await apiTokens.getList()).find(({ name }) => name.startsWith(`${cloud.domain} token `));
    expect(own).toMatchObject({ created_by: "System", expires_at: null, resources: [domainGrant()] });
    expect(own?.name).toBe(`${cloud.domain} token ${own?.id}`);
    const { token } = await apiTokens.reset(own?.id ?? 0);
    expect(await sends(kept(token))).toBe(true);
  });
});

describe("changes in an account", () => {
  it("are in its audit log, and told to webhooks that ask for them", async () => {
    const webhook = { url: receiver.url, webhook_type: "audit_log" as const };
    const { data } = await client.webhooks.create(webhook);
    await cloud.advanceClock(6_000);
    const { id, token } = await client.general.apiTokens.create({ name: "Seen", resources: [domainGrant()] });
    kept(token);
    const response = await fetch(`${cloud.urls.api}/api/audit_log`, {
      headers: { authorization: `Bearer ${cloud.token}` },
    });
    const log = (await response.json()) as { data: Record<string, unknown>[] };
    const [entry] = log.data;
    const { id: entryId, ...told } = entry ?? {};
    expect(told).toMatchObject({
      event: "activity_log.api_token.created",
      actor: { type: "api_token" },
      resource: { id, type: "api_token", name: "Seen" },
    });
    await cloud.advanceClock(31_000);
    const events = await eventually(() => {
      const all = receiver.calls.flatMap(({ events: each }) => each);
      expect(all.map((event) => event["event_id"])).toContain(entryId);
      return all;
    }, 60_000);
    expect(events.find((event) => event["event_id"] === entryId)).toEqual({ ...told, event_id: entryId });
    await client.webhooks.delete(data.id);
  });
});

describe("a token's end", () => {
  it("comes 12 hours after its reset", async () => {
    const { apiTokens } = client.general;
    const { id, token } = await apiTokens.create({ name: "Old", resources: [domainGrant()] });
    kept(token);
    await apiTokens.reset(id);
    await cloud.advanceClock(12 * 60 * minute - minute);
    expect(await sends(token)).toBe(true);
    await cloud.advanceClock(2 * minute);
    expect(await sends(token)).toBe(false);
  });

  it("is announced to the owner, once", async () => {
    const now = (await cloud.now()).getTime();
    const expires_at = new Date(now + 4 * day).toISOString();
    const { token } = await client.general.apiTokens.create({
      ...{ name: "Passing", expires_at, resources: [domainGrant()] },
    });
    kept(token);
    await cloud.advanceClock(day + 2 * 60 * minute);
    const notices = async () =>
      (await cloud.mailbox()).filter(({ subject }) => subject.startsWith('API token "Passing"'));
    await eventually(async () => expect(await notices()).toHaveLength(1), 60_000);
    await cloud.advanceClock(2 * 60 * minute);
    const [notice, ...more] = await notices();
    expect(more).toEqual([]);
    expect(notice?.envelope.to.map(({ address }) => address)).toEqual([`owner@${cloud.domain}`]);
    expect(notice?.text).toContain(token.slice(-4));
    expect(notice?.text).not.toContain(token);
  });
});

it("leaves no token in any log", async () => {
  const log = await cloud.log();
  expect(secrets.length).toBeGreaterThan(5);
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});
