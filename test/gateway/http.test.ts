import { once } from "node:events";
import { request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { largeBodies } from "../../gateway/http/read-large.ts";
import { type HttpDoorOptions, httpServer } from "../../gateway/http/server.ts";
import { stopServer } from "../../gateway/listening.ts";
import { type SendService, startSendService } from "../support/send-service.ts";
import { settableClock } from "../support/test-table.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
const mebibyte = 1024 * 1024;
let service: SendService;
let account: Awaited<ReturnType<SendService["account"]>>;
let server: Server;
let port: number;

beforeAll(async () => {
  service = await startSendService(clock);
  account = await service.account();
  ({ server, port } = await open());
});
beforeEach(() => void service.takeJobs());
afterAll(async () => {
  await stopServer(server);
  await service.stop();
});

async function open(changes: Partial<HttpDoorOptions> = {}, idleMs = 5_000) {
  const patience = { idleMs, wholeMs: 60_000 };
  const bodies = largeBodies({ payloads: service.deps.payloads, patience, atOnce: 2 });
  const opened = httpServer({ stream: "transactional", deps: service.deps, bodies, ...changes });
  opened.listen(0, "127.0.0.1");
  await once(opened, "listening");
  return { server: opened, port: (opened.address() as AddressInfo).port };
}

function email(changes: object = {}) {
  return {
    from: { email: `billing@${account.domain}` },
    to: [{ email: "reader@example.net" }],
    subject: "Receipt",
    text: "Paid.",
    ...changes,
  };
}

const fileOf = (bytes: number, fill = 7) => ({
  filename: "file.bin",
  content: Buffer.alloc(bytes, fill).toString("base64"),
});

interface Answer {
  status: number;
  body: { success?: boolean; errors?: string[]; message_ids?: string[]; responses?: object[] };
}

async function post(
  path: string,
  body: unknown,
  { token = account.token, headers = {}, to = port }: { token?: string; headers?: object; to?: number } = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${to}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** A request whose body is not sent yet. */
function ask(headers: Record<string, string | number>) {
  const request = httpRequest({
    port,
    method: "POST",
    path: "/api/send",
    headers: { authorization: `Bearer ${account.token}`, ...headers },
  });
  request.on("error", () => undefined).flushHeaders();
  return {
    status: once(request, "response").then(([response]) => {
      response.resume();
      return response.statusCode;
    }),
    continued: once(request, "continue"),
    send: (body: string) => request.end(body),
    end: () => request.destroy(),
  };
}

describe("a large email", () => {
  it("is accepted as a small one is, its attachment stored as it is", async () => {
    const answer = await post("/api/send", email({ attachments: [fileOf(9 * mebibyte)] }));
    const [job] = service.takeJobs();
    const [attachment] = job?.content.inline.attachments ?? [];

    expect(answer).toEqual({ status: 200, body: { success: true, message_ids: [expect.any(String)] } });
    expect(job).toMatchObject({
      accountId: account.accountId,
      stream: "transactional",
      clientIp: "127.0.0.1",
    });
    expect(attachment).toEqual({
      filename: "file.bin",
      disposition: "attachment",
      stored: expect.stringMatching(new RegExp(`^${account.accountId}/`)),
      bytes: 9 * mebibyte,
    });
    const key = (attachment as { stored: string }).stored;
    expect((await service.storedBytes(key)).equals(Buffer.alloc(9 * mebibyte, 7))).toBe(true);
  });

  it("of an account's exact limit is accepted, of a byte more refused", async () => {
    const said = Buffer.byteLength(`billing@${account.domain}reader@example.netReceiptPaid.file.bin`);
    const most = 10 * mebibyte - said;
    expect(await post("/api/send", email({ attachments: [fileOf(most)] }))).toMatchObject({ status: 200 });
    expect(await post("/api/send", email({ attachments: [fileOf(most + 1)] }))).toEqual({
      status: 413,
      body: { success: false, errors: ["Error: message too big"] },
    });
  });

  it("of 30 MB passes where the account was granted it", async () => {
    const granted = await service.account({ messageBytes: 30 * mebibyte });
    const from = { email: `a@${granted.domain}` };
    const body = email({ from, attachments: [fileOf(29.9 * mebibyte)] });
    expect(await post("/api/send", body, granted)).toMatchObject({ status: 200 });
    const tooLarge = email({ from, attachments: [fileOf(30 * mebibyte)] });
    expect(await post("/api/send", tooLarge, granted)).toMatchObject({ status: 413 });
  });

  it("reads the same mistakes as a small one", async () => {
    const { content } = fileOf(mebibyte);
    const broken = email({ subject: "", attachments: [{ content: `${content.slice(0, -1)}!` }] });
    expect(await post("/api/send", broken)).toEqual({
      status: 400,
      body: {
        success: false,
        errors: [
          "'subject' is required",
          "'attachments' content is not valid base64",
          "'attachments' filename is required",
        ],
      },
    });
    expect(await post("/api/send", '{"from"')).toEqual({
      status: 400,
      body: { success: false, errors: ["request body is not valid JSON"] },
    });
    expect(await post("/api/nothing", "{}")).toMatchObject({ status: 404, body: { errors: ["Not Found"] } });
  });

  it("cannot name what others have stored", async () => {
    const forged = { filename: "a", content: { key: "1/2/3", bytes: 1, isSound: true } };
    expect(await post("/api/send", email({ attachments: [forged] }))).toMatchObject({
      status: 400,
      body: { errors: ["'attachments' content must be a string"] },
    });
    const named = { filename: "a", content: "AAAA", stored: "1/2/3", bytes: 1 };
    await post("/api/send", email({ attachments: [named] }));
    expect(service.takeJobs()[0]?.content.inline.attachments).toEqual([
      { filename: "a", content: "AAAA", disposition: "attachment" },
    ]);
  });

  it("under an Idempotency-Key is sent once, at whichever door it comes again", async () => {
    const headers = { "idempotency-key": "once" };
    const body = JSON.stringify(email({ attachments: [fileOf(mebibyte)] }));
    const first = await post("/api/send", body, { headers });
    expect(await post("/api/send", body, { headers })).toEqual(first);
    const smallDoor = await service.door()({
      rawPath: "/api/send",
      headers: { authorization: `Bearer ${account.token}`, ...headers },
      body,
      isBase64Encoded: false,
      requestContext: { http: { method: "POST", sourceIp: "192.0.2.7" } },
    });
    expect(JSON.parse(smallDoor.body)).toEqual(first.body);
    expect(await post("/api/send", `${body} `, { headers })).toMatchObject({ status: 409 });
    expect(service.takeJobs()).toHaveLength(1);
  });
});

describe("a batch", () => {
  it("of 50 MB passes, each email for itself", async () => {
    const file = fileOf(8 * mebibyte);
    const requests = [file, file, fileOf(11 * mebibyte), file].map((attachment) => ({
      to: [{ email: "reader@example.net" }],
      attachments: [attachment],
    }));
    const { to: _, ...base } = email();
    const json = JSON.stringify({ base, requests });
    const padded = `${json.slice(0, -1)},"ignored":"${"x".repeat(50 * mebibyte - json.length - 13)}"}`;
    expect(padded.length).toBe(50 * mebibyte);

    const { status, body } = await post("/api/batch", padded);
    expect(status).toBe(200);
    expect(body.responses).toMatchObject([
      { success: true },
      { success: true },
      { success: false, errors: ["Error: message too big"] },
      { success: true },
    ]);
    expect(service.takeJobs()).toHaveLength(3);
    expect(await post("/api/batch", `${padded} `)).toMatchObject({ status: 413 });
  });
});

describe("a stranger", () => {
  it("reads 401 before anything of the body is read", async () => {
    const answer = ask({ "content-length": 40 * mebibyte, authorization: "Bearer nobody" });
    expect(await answer.status).toBe(401);
    answer.end();
  });

  it("who does not come through CloudFront reads 403 where there is one", async () => {
    const { server: closed, port: to } = await open({ originSecret: "s3cret" });
    const headers = { "x-postern-origin": "s3cret", "x-postern-viewer": "198.51.100.7" };
    expect(await post("/api/send", email(), { to })).toMatchObject({ status: 403 });
    expect(
      await post("/api/send", email(), { to, headers: { ...headers, "x-postern-origin": "?" } }),
    ).toMatchObject({ status: 403 });
    expect(await post("/api/send", email(), { to, headers })).toMatchObject({ status: 200 });
    expect(service.takeJobs()).toMatchObject([{ clientIp: "198.51.100.7" }]);
    await stopServer(closed);
  });
});

describe("a client", () => {
  it("that declares too much reads 413 at once", async () => {
    const answer = ask({ "content-length": 51 * mebibyte });
    expect(await answer.status).toBe(413);
    answer.end();
  });

  it("that asks for leave gets it only with a good token", async () => {
    const known = ask({ "content-length": 2, expect: "100-continue" });
    await known.continued;
    known.send("{}");
    expect(await known.status).toBe(400);
    const stranger = ask({ "content-length": 2, expect: "100-continue", authorization: "Bearer nobody" });
    expect(await stranger.status).toBe(401);
    stranger.end();
  });

  it("that stops in the middle of a body loses its connection", async () => {
    const { server: impatient, port: to } = await open({}, 200);
    const socket = connect(to, "127.0.0.1");
    socket.write(
      `POST /api/send HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${account.token}\r\nContent-Length: 100\r\n\r\n{`,
    );
    await once(socket, "close");
    await stopServer(impatient);
  });

  it("that goes away in the middle of a body leaves nothing running", async () => {
    const { server: left, port: to } = await open();
    const socket = connect(to, "127.0.0.1");
    socket.write(
      `POST /api/send HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${account.token}\r\nContent-Length: 100\r\n\r\n{`,
    );
    await once(left, "request");
    socket.destroy();
    await stopServer(left);
  });
});
