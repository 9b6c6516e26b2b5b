import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
  await cloud.invoke("Operator", {
    action: "setDomainSettings",
    accountId: cloud.accountId,
    domainId: cloud.domainId,
    openTracking: true,
    clickTracking: true,
    trackingOptOut: true,
    unsubscribeLink: true,
  });
});
afterAll(() => cloud.stop());

const target = "https://shop.example.com/?a=1&b=2";
const html = `<html><body><a href="${target.replace("&", "&amp;")}">Shop</a></body></html>`;

async function send(email: string): Promise<string> {
  const { body } = await post(cloud, { to: [{ email }], subject: "Sale", text: target, html });
  return (body as { message_ids: string[] }).message_ids[0] ?? "";
}

async function mailsTo(address: string, count: number) {
  return await eventually(async () => {
    const mails = await cloud.mailbox();
    const found = mails.filter((mail) => mail.envelope.to.some((to) => to.address === address));
    expect(found, `mails to ${address}`).toHaveLength(count);
    return found;
  });
}

/** The recipient's own addresses in the first email. */
async function linksOf(address: string) {
  const [mail] = await mailsTo(address, 1);
  const named = (kind: string) =>
    new RegExp(`https?://[^"]+/${kind}/[\\w-]+`).exec(mail?.html ?? "")?.[0] ?? "";
  return {
    mail,
    open: named("o"),
    click: named("c"),
    unsubscribe: named("unsubscribe"),
    optOut: named("opt-out"),
  };
}

const row = async (id: string) => await cloud.message(id);
const visit = (url: string, init: RequestInit = {}) => fetch(url, { redirect: "manual", ...init });

describe("an email that is tracked", () => {
  it("tells of its opens and clicks, and of no HEAD request", async () => {
    const id = await send("reader@example.net");
    const { mail, open, click } = await linksOf("reader@example.net");
    await visit(open, { method: "HEAD" });
    await visit(click, { method: "HEAD" });
    const pixel = await visit(open);
    const redirect = await visit(click);

    expect(mail?.text).toContain(target);
    expect([pixel.headers.get("content-type"), (await pixel.arrayBuffer()).byteLength]).toEqual([
      "image/gif",
      43,
    ]);
    expect([redirect.status, redirect.headers.get("location")]).toEqual([302, target]);
    expect((await visit(`${click}A`)).status).toBe(404);
    await eventually(async () => expect(await row(id)).toMatchObject({ opensCount: 1, clicksCount: 1 }));
  });

  it("lets its recipient end the tracking, also of what was sent before", async () => {
    const id = await send("private@example.net");
    const { open, click, optOut } = await linksOf("private@example.net");
    const page = await visit(optOut, { headers: { "accept-language": "de-CH" } });
    expect(await page.text()).toMatch(/<html lang="de"[\s\S]*<form method="post">/);
    expect((await visit(optOut, { method: "POST" })).status).toBe(200);
    await send("private@example.net");

    const mails = await mailsTo("private@example.net", 2);
    expect(mails.filter((mail) => mail.html.includes("/o/"))).toHaveLength(1);
    expect([(await visit(open)).status, (await visit(click)).status]).toEqual([200, 302]);
    await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true));
    expect(await row(id)).not.toHaveProperty("opensCount", 1);
  });

  it("lets its recipient leave with one click, whose later emails are rejected", async () => {
    const id = await send("leaver@example.net");
    const { unsubscribe, mail } = await linksOf("leaver@example.net");
    expect(await cloud.rawMail(mail?.id ?? "")).toMatch(
      /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m,
    );
    await visit(unsubscribe);
    const answer = await visit(unsubscribe, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "List-Unsubscribe=One-Click",
    });
    expect(answer.status).toBe(200);
    const later = await send("leaver@example.net");

    await eventually(async () => {
      expect(await row(id)).toMatchObject({ status: "opted_out" });
      expect(await row(later)).toMatchObject({ status: "not_delivered" });
    });
    await mailsTo("leaver@example.net", 1);
  });
});
