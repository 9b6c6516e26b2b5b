import { describe, expect, it } from "vitest";
import { readInvitation } from "../../../shared/accounts/invitation.ts";
import { linkKey, type ShownAccess, useAccessApi } from "../../../test/support/access-api.ts";

const api = useAccessApi();
const { call, clock, list, ofDomain, whole } = api;

describe("an invitation", () => {
  const invite = (body: object) => call("POST", "/account_accesses", body);
  const links = () =>
    api.mail.sent.flatMap(({ text }) => {
      const token = /https:\/\/track\.example\.net\/invitations\/([\w-]+)/.exec(text)?.[1];
      return token === undefined ? [] : [readInvitation(token, linkKey, clock.now())];
    });

  it("is written to whom it is for, listed, and accepted with what it is to", async () => {
    const until = new Date(clock.now() + 7 * 86_400_000).toISOString();
    const { status, body } = await invite({ email: "Bob@example.net", permissions: [ofDomain("viewer")] });
    const invited = body as ShownAccess;
    expect(status).toBe(201);
    expect(invited).toMatchObject({
      specifier_type: "Invite",
      specifier: { email: "bob@example.net", name: "", two_factor_authentication_enabled: false },
      resources: [{ ...ofDomain(10), resource_id: api.domainId }],
      invitation_expires_at: until,
    });
    const mail = api.mail.sent.at(-1);
    expect(mail).toMatchObject({ to: "bob@example.net", subject: "You are invited to Till" });
    expect(mail?.text).toContain(`until ${until}`);
    expect(links().at(-1)).toMatchObject({
      accountId: api.account.accountId,
      accessId: invited.id,
      isOver: false,
    });
    await api.accesses.accept(api.account.accountId, invited.id, "Bob");
    const bob = (await list()).find(({ id }) => id === invited.id);
    expect(bob).toMatchObject({ specifier_type: "User", specifier: { name: "Bob" } });
    await expect(api.accesses.accept(api.account.accountId, invited.id, "Bob")).rejects.toThrow("Not Found");
  });

  it("made again takes the place of the one before, with what it is to and with its link", async () => {
    const first = (await invite({ email: "bob@example.net", permissions: [whole("admin")] }))
      .body as ShownAccess;
    const again = (await invite({ email: "BOB@example.net", permissions: [ofDomain(10)] }))
      .body as ShownAccess;
    expect(again).toMatchObject({
      id: first.id,
      resources: [{ ...ofDomain(10), resource_id: api.domainId }],
    });
    const [old, fresh] = links().slice(-2);
    const accept = (id = "") => api.accesses.accept(api.account.accountId, first.id, "Bob", { id });
    await expect(accept(old?.invitationId)).rejects.toThrow("Not Found");
    expect(await accept(fresh?.invitationId)).toMatchObject({ kind: "User", name: "Bob" });
    expect(await list()).toHaveLength(2);
  });

  it("is one for each address, and none more than the plan has users, however many are made at once", async () => {
    await api.newAccount({ planName: "basic-10k" });
    const emails = ["bob", "bob", "bob", "eve", "ann", "tim"].map((name) => `${name}@example.net`);
    const answers = await Promise.all(emails.map((email) => invite({ email })));
    const invited = (await list()).slice(1).map(({ specifier }) => specifier.email);
    expect(invited).toHaveLength(2);
    expect(new Set(invited).size).toBe(2);
    for (const [place, { status }] of answers.entries()) {
      expect(status).toBe(invited.includes(emails[place] ?? "") ? 201 : 422);
    }
  });

  it("that cannot be sent is none, and one that was sent before stays", async () => {
    api.mail.isSick = true;
    expect((await invite({ email: "bob@example.net" })).status).toBe(500);
    expect(await list()).toHaveLength(1);
    api.mail.isSick = false;
    await invite({ email: "bob@example.net" });
    api.mail.isSick = true;
    expect((await invite({ email: "bob@example.net" })).status).toBe(500);
    expect(await list()).toHaveLength(2);
  });

  it("is taken back as a user is removed", async () => {
    const { id } = (await invite({ email: "bob@example.net" })).body as ShownAccess;
    expect((await call("DELETE", `/account_accesses/${id}`)).body).toEqual({ id });
    await expect(api.accesses.accept(api.account.accountId, id, "Bob")).rejects.toThrow("Not Found");
  });

  it.each([
    [{}, { email: ["can't be blank"] }],
    [{ email: "nobody" }, { email: ["is invalid"] }],
    [{ email: "owner@example.net" }, { email: ["has already been taken"] }],
  ])("is not made of %j", async (body, errors) => {
    expect(await invite(body)).toMatchObject({ status: 422, body: { errors } });
  });

  it("is not one more than the plan has users", async () => {
    await api.newAccount();
    expect(await invite({ email: "bob@example.net" })).toMatchObject({
      status: 422,
      body: { errors: { base: ["Your plan's limit of users is reached: 1"] } },
    });
  });
});
