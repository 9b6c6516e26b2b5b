import { parse } from "parse5";
import { beforeEach, describe, expect, it } from "vitest";
import { type AccessStore, accessStore } from "../../shared/accounts/access-store.ts";
import { type AccountStore, accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { signInvitation } from "../../shared/accounts/invitation.ts";
import { recipientPages } from "../../shared/contracts/recipient-pages.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { recentHits } from "../../shared/tracking/recent-hits.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { type AnswerDeps, answer } from "./answer.ts";

const key = "k".repeat(64);
const invitationPath = recipientPages.invitation.path;
const noon = Date.UTC(2026, 0, 31, 12);
const days = 86_400_000;
const clock = settableClock(noon);
const dynamo = useDynamo();

let accounts: AccountStore;
let accesses: AccessStore;
let deps: AnswerDeps;
let accountId: number;
let warnings: string[];

beforeEach(async () => {
  const { client, tables } = dynamo;
  const at = { client, table: tables.accounts, clock };
  const lists = { client, table: tables.suppressions, clock };
  clock.set(noon);
  warnings = [];
  [accounts, accesses] = [accountStore(at), accessStore(at)];
  deps = {
    ...{ accounts, accesses, audits: auditStore(at), clock },
    notices: noticeStore({ client, table: tables.notices, clock }),
    messages: messageStore({ client, table: tables.messages, clock }),
    ...{ suppressions: suppressionStore(lists), optOuts: optOutStore(lists) },
    events: { put: () => Promise.reject(new Error("nothing here is an event")) },
    recentHits: recentHits(),
    linkKeys: { key: async () => key },
    patience: { hitMs: 60_000, leaveMs: 60_000 },
    warn: (text) => warnings.push(text),
  };
  accountId = await newAccount("Till");
});

async function newAccount(name: string): Promise<number> {
  const id = await accounts.nextId();
  await accounts.create({
    ...{ id, name, ownerEmail: "owner@example.net", status: "active", planName: "basic-10k" },
    limits: { requestsPer10Seconds: 150, emailsPerHour: 150, messageBytes: 1_000 },
  });
  return id;
}

const resources = () => [
  { resourceType: "account" as const, resourceId: accountId, accessLevel: 10 as const },
];

/** Somebody who is invited, and the address of his page. */
async function invite(email = "Bob@example.net") {
  const invited = await accesses.invite({ accountId, email, resources: resources(), mostUsers: 3 });
  const { id: accessId, invitationId = "", invitedUntil = 0 } = invited;
  const token = signInvitation({ accountId, accessId, invitationId }, invitedUntil, key);
  return { accessId, path: invitationPath + token };
}

async function ask(method: string, rawPath: string, form?: Record<string, string>) {
  return await answer(deps, {
    ...{ rawPath, headers: { "content-type": "application/x-www-form-urlencoded" } },
    requestContext: { http: { method, sourceIp: "192.0.2.1" }, requestId: "any" },
    ...(form && { isBase64Encoded: true, body: btoa(new URLSearchParams(form).toString()) }),
  });
}

const accept = (path: string, name = "Bob") => ask("POST", path, { name });
const users = async () =>
  (await accesses.list(accountId)).filter(({ kind, owner }) => kind === "User" && !owner);
const notices = async () =>
  (
    await noticeStore({ client: dynamo.client, table: dynamo.tables.notices, clock }).list(accountId, {
      ...{ archived: false, limit: 10 },
    })
  ).map(({ subject }) => subject);
const audits = () =>
  auditStore({ client: dynamo.client, table: dynamo.tables.accounts, clock }).list(accountId, { limit: 10 });

describe("an invitation's page", () => {
  it.each(["GET", "HEAD"])(
    "asks, and changes nothing by %s, which scanners of mail do too",
    async (method) => {
      const { path } = await invite();
      const { statusCode, body, headers } = await ask(method, path);
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "content-security-policy": expect.stringMatching(/default-src 'none'.*form-action 'self'/),
      });
      if (method === "GET") {
        expect(body).toContain("<bdi>Till</bdi>");
        expect(body).toContain("<bdi>bob@example.net</bdi>");
        expect(body).toMatch(/<form method="post">.*name="name".*<button type="submit">Accept</);
      }
      expect([await users(), await notices(), await audits()]).toEqual([[], [], []]);
    },
  );

  it("makes a user of who presses its button, tells the owner, and leaves an entry in the audit log", async () => {
    const { accessId, path } = await invite();
    const { statusCode, body } = await accept(path, " Bob  Builder ");
    expect(statusCode).toBe(200);
    expect(body).toContain("<bdi>bob@example.net</bdi> now has access to the account <bdi>Till</bdi>");
    expect(body).not.toContain("<form");
    const [bob] = await users();
    const secret = /<code dir="ltr">([0-9a-f]{32})<\/code>/.exec(body)?.[1] ?? "";
    expect(await accounts.findByToken(secret)).toMatchObject({
      account: { id: accountId },
      access: { id: accessId },
      token: { name: "Bob Builder", createdBy: "Bob Builder", expiresAt: noon + 365 * days },
    });
    expect((await ask("GET", path)).body).not.toContain("<code");
    expect(bob).toMatchObject({ id: accessId, name: "Bob Builder", resources: resources() });
    expect(await notices()).toEqual(["bob@example.net has joined your account"]);
    const actor = { id: bob?.specifierId, type: "user", name: "Bob Builder" };
    const resource = { id: accessId, type: "user", name: "bob@example.net" };
    expect(await audits()).toHaveLength(2);
    expect(await audits()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ event: "activity_log.user.accepted_invitation", actor, resource }),
        expect.objectContaining({ event: "activity_log.api_token.created", actor }),
      ]),
    );
    expect(JSON.stringify(await audits())).not.toContain(secret);
  });

  it("asks again for a name that is left out, and takes no other form", async () => {
    const { path } = await invite();
    const blank = await accept(path, " \u202e\u2066 ");
    const none = await ask("POST", path);
    expect([blank.statusCode, none.statusCode]).toEqual([422, 422]);
    expect(blank.body).toContain("<form");
    expect(await users()).toEqual([]);
  });

  it("does once what is asked twice at the same moment, and says to both that it is done", async () => {
    const { path } = await invite();
    const answers = await Promise.all(["Bob", "Rob", "Bob", "Rob"].map((name) => accept(path, name)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(await users()).toHaveLength(1);
    expect([(await notices()).length, (await audits()).length, warnings]).toEqual([1, 2, []]);
    expect(answers.filter(({ body }) => body.includes("<code"))).toHaveLength(1);
    expect(await accounts.tokens.list(accountId)).toHaveLength(1);
  });

  it("changes nothing once it was used", async () => {
    const { path } = await invite();
    await accept(path);
    const again = await accept(path, "Mallory");
    expect([again.statusCode, again.body.includes("<code")]).toEqual([200, false]);
    expect(await users()).toMatchObject([{ name: "Bob" }]);
    expect(await audits()).toHaveLength(2);
  });

  it("shows names, whatever they are made of, as text", async () => {
    accountId = await newAccount(`<script>alert(1)</script>"'{email}\u202e`);
    const { path } = await invite();
    const asked = await ask("GET", path);
    const done = await accept(path, `"><img src=x onerror=alert(1)>`);
    for (const { body } of [asked, done]) {
      const errors: string[] = [];
      parse(body, { onParseError: ({ code }) => errors.push(code) });
      expect(errors).toEqual([]);
      expect(body).not.toMatch(/<script|<img|\u202e/);
    }
    expect(await users()).toMatchObject([{ name: `"><img src=x onerror=alert(1)>` }]);
  });
});

describe("an invitation that has ended", () => {
  const ended: [string, (invited: { accessId: number; path: string }) => Promise<unknown>][] = [
    ["whose time is over", async () => clock.advance(7 * days)],
    ["that was taken back", ({ accessId }) => accesses.remove(accountId, accessId)],
    ["that was made again", () => invite()],
    ["of a banned account", () => accounts.setStatus(accountId, "banned")],
    [
      "whose user was removed",
      async ({ accessId, path }) => {
        await accept(path);
        await accesses.remove(accountId, accessId);
      },
    ],
  ];

  it.each(ended)("%s says so, and nobody gets in by it", async (_, end) => {
    const invited = await invite();
    await end(invited);
    for (const answered of [await ask("GET", invited.path), await accept(invited.path)]) {
      expect(answered.statusCode).toBe(410);
      expect(answered.body).toContain("This invitation has ended");
      expect(answered.body).not.toMatch(/<form|Till|bob@/);
    }
    expect(await users()).toEqual([]);
  });

  it("counts until the last moment", async () => {
    const { path } = await invite();
    clock.advance(7 * days - 1);
    expect((await accept(path)).statusCode).toBe(200);
    expect(await users()).toHaveLength(1);
  });
});

describe("what is no invitation", () => {
  it.each([
    ["a changed link", (path: string) => path.replace(/.$/, (last) => (last === "A" ? "B" : "A"))],
    ["a link with something behind it", (path: string) => `${path}/more`],
    ["no token", () => invitationPath],
    ["a link under another key", (path: string) => path.slice(0, 30)],
    ["a token of another kind of page", (path: string) => path.replace(invitationPath, "/unsubscribe/")],
  ])("is not found: %s", async (_, change) => {
    const { path } = await invite();
    for (const method of ["GET", "POST"]) {
      const { statusCode, body } = await ask(method, change(path), { name: "Bob" });
      expect([statusCode, body.includes("Page not found")]).toEqual([404, true]);
    }
    expect(await users()).toEqual([]);
  });

  it("leads into no other account than its own", async () => {
    const { accessId } = await invite();
    const other = await newAccount("Other");
    const [own] = await accesses.list(accountId).then((all) => all.slice(-1));
    const forged = { accountId: other, accessId, invitationId: own?.invitationId ?? "" };
    const path = invitationPath + signInvitation(forged, noon + days, key);
    expect((await accept(path)).statusCode).toBe(410);
    expect(await accesses.list(other)).toHaveLength(1);
  });

  it("is asked for by no other method", async () => {
    const { path } = await invite();
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      expect((await ask(method, path, { name: "Bob" })).statusCode).toBe(404);
    }
  });
});

describe("an invitation that cannot be answered just now", () => {
  it("says so in time, and can be tried again", async () => {
    const { path } = await invite();
    const sick = {
      ...deps,
      accesses: { get: () => new Promise<never>(() => undefined), accept: accesses.accept },
    };
    const healthy = deps;
    deps = { ...sick, patience: { hitMs: 20, leaveMs: 20 } };
    const { statusCode, headers } = await accept(path);
    expect([statusCode, headers["retry-after"], warnings]).toEqual([
      ...[503, "300", ["an invited one could not be answered"]],
    ]);
    deps = healthy;
    expect((await accept(path)).statusCode).toBe(200);
  });
});
