import { describe, expect, it } from "vitest";
import { copiesOf } from "../../shared/delivery/copies.ts";
import { sentCopyClient } from "../../shared/messages/sent-copy-client.ts";
import { bodyOf, type HttpResponse } from "../../shared/platform/http.ts";
import { noon, useLogApi } from "../../test/support/log-api.ts";
import { openDoor } from "./openapi/open-route.ts";
import { linkMs, rawMessageRoute } from "./raw-messages.ts";
import { emailLogRoutes } from "./routes/email-logs.ts";

const origin = "https://api.example.net";
const mime = Buffer.from("Subject: Hello\r\n\r\nGrüße\r\n", "latin1");
const api = useLogApi(emailLogRoutes);
const { ask, tokenFor } = api;

/** A message in the log whose worker kept a copy, and put it if it came that far. */
async function sent({ large = false, put = true } = {}): Promise<string> {
  const deps = {
    client: sentCopyClient({ s3: api.service.s3, bucket: "payloads" }),
    logDaysOf: () => 15,
    held: { bytes: 0 },
    lost: () => undefined,
  };
  const copies = copiesOf(deps, { remainingMs: () => 60_000 });
  const { account: of } = (await api.service.accounts.findByToken(api.account.token)) ?? {};
  if (of === undefined) throw new Error("no account");
  await copies.keep(of, Buffer.from("Subject: Another\r\n\r\n"));
  const copy = await copies.keep(of, large ? { head: mime, body: [] } : mime);
  if (put) await Promise.all([copies.put(), copy?.upload?.()]);
  return await api.log.sent(api.account.accountId, noon, copy && { copy: copy.text });
}

async function linkOf(messageId: string, token = api.account.token): Promise<string | undefined> {
  const { status, body } = await ask("GET", `/api/email_logs/${messageId}`, { token });
  expect(status).toBe(200);
  return (body as { raw_message_url?: string }).raw_message_url;
}

async function follow(link: string | undefined, method = "GET"): Promise<HttpResponse | undefined> {
  expect(link?.startsWith(`${origin}/`)).toBe(true);
  const request = {
    rawPath: link?.slice(origin.length) ?? "",
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method, sourceIp: "192.0.2.1" } },
  };
  return await openDoor([rawMessageRoute(api.log.deps.rawMessages)])(request);
}

describe("the link to a message as it was sent", () => {
  it("brings it, byte for byte, as a file that nothing keeps", async () => {
    const messageId = await sent();
    const answer = await follow(await linkOf(messageId));

    expect(answer).toMatchObject({
      statusCode: 200,
      headers: {
        "content-type": "message/rfc822",
        "content-disposition": `attachment; filename="${messageId}.eml"`,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      },
    });
    expect(answer && bodyOf({ isBase64Encoded: false, ...answer } as never)).toEqual(mime);
  });

  it("leads on to S3 where the message is large", async () => {
    const messageId = await sent({ large: true });
    const { statusCode, headers } = (await follow(await linkOf(messageId))) ?? {};
    const location = new URL(headers?.["location"] ?? "");
    const file = await fetch(location);

    expect(statusCode).toBe(302);
    expect(file.headers.get("content-type")).toBe("message/rfc822");
    expect(location.searchParams.get("response-content-disposition")).toBe(
      `attachment; filename="${messageId}.eml"`,
    );
    expect(Buffer.from(await file.arrayBuffer())).toEqual(mime);
  });

  it("answers HEAD with all but the message", async () => {
    const link = await linkOf(await sent());

    expect(await follow(link, "HEAD")).toMatchObject({ statusCode: 200, body: "" });
  });

  it("is over after a quarter of an hour", async () => {
    const link = await linkOf(await sent());
    api.clock.set(noon + linkMs - 1);
    expect((await follow(link))?.statusCode).toBe(200);
    api.clock.set(noon + linkMs);
    expect((await follow(link))?.statusCode).toBe(404);
  });

  it("leads nowhere once it is changed", async () => {
    const link = (await linkOf(await sent())) ?? "";
    const place = link.length - 30;
    const changed = link.slice(0, place) + (link[place] === "A" ? "B" : "A") + link.slice(place + 1);
    expect(await follow(changed)).toMatchObject({ statusCode: 404, body: '{"error":"Not Found"}' });
    expect((await follow(`${link}/`))?.statusCode).toBe(404);
    expect(await follow(link, "POST")).toBeUndefined();
  });

  it("is given to admins of the domain alone", async () => {
    const messageId = await sent();

    expect(await linkOf(messageId, await tokenFor("domain", 3, 100))).toBeDefined();
    expect(await linkOf(messageId, await tokenFor("domain", 3, 10))).toBeUndefined();
    expect(await linkOf(messageId, await tokenFor("account", api.account.accountId, 10))).toBeUndefined();
    const stranger = await api.service.account();
    const { status } = await ask("GET", `/api/email_logs/${messageId}`, { token: stranger.token });
    expect(status).toBe(404);
  });

  it("is left out where no copy was kept, or it never came", async () => {
    expect(await linkOf(await api.log.sent(api.account.accountId, noon))).toBeUndefined();
    expect(await linkOf(await sent({ put: false }))).toBeUndefined();
  });
});
