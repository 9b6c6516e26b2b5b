import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvocationResult } from "../runtime/function-host.ts";
import { apiServer } from "./api-server.ts";
import { type Listener, listen, requireFreePort } from "./listener.ts";

let listener: Listener;
let outcome: InvocationResult;
let events: Record<string, unknown>[] = [];

beforeAll(async () => {
  listener = await listen(0, { host: "127.0.0.1", setting: "SEND_PORT" });
  const api = {
    logicalId: "Api",
    apiId: "abc",
    host: "send" as const,
    routes: [{ routeKey: "POST /api/send", functionId: "Send" }],
  };
  listener.answerWith(
    apiServer(api, async (functionId, event) => {
      events.push({ functionId, ...JSON.parse(event) });
      return outcome;
    }),
  );
});
afterAll(() => listener.stop());

async function post(body: string | Buffer, path = "/api/send") {
  events = [];
  const response = await fetch(listener.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe("an HTTP API", () => {
  it("invokes the route's function and answers with its response", async () => {
    const payload = { statusCode: 201, headers: { "x-a": "b" }, body: '{"ok":true}' };
    outcome = { outcome: "answered", payload: JSON.stringify(payload) };
    const response = await post('{"a":1}');

    expect(response).toMatchObject({ status: 201, body: '{"ok":true}' });
    expect(response.headers.get("x-a")).toBe("b");
    expect(response.headers.get("apigw-requestid")).toMatch(/^.{16}$/);
    expect(events).toMatchObject([
      {
        functionId: "Send",
        rawPath: "/api/send",
        body: '{"a":1}',
        requestContext: { http: { method: "POST" } },
      },
    ]);
  });

  it.each([
    [{ outcome: "failed", error: { errorType: "E", errorMessage: "secret" } }, 500, "Internal Server Error"],
    [{ outcome: "throttled" }, 503, "Service Unavailable"],
    [{ outcome: "too large" }, 413, "Request Entity Too Large"],
  ] as const)("answers %j as API Gateway does", async (result, status, message) => {
    outcome = result;
    expect(await post("{}")).toMatchObject({ status, body: JSON.stringify({ message }) });
  });

  it("answers 404 itself where no route leads, and invokes nothing", async () => {
    expect(await post("{}", "/other")).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
    expect(events).toEqual([]);
  });

  it("refuses more than 10 MB itself, and the connection goes on", async () => {
    outcome = { outcome: "answered", payload: "{}" };
    expect(await post(Buffer.alloc(10 * 1024 * 1024 + 1, "x"))).toMatchObject({
      status: 413,
      body: '{"message":"Request Entity Too Large"}',
    });
    expect(events).toEqual([]);
    expect((await post("{}")).status).toBe(200);
  });

  it("outlives a client that hangs up in the middle of its request", async () => {
    const request = httpRequest(`${listener.url}/api/send`, {
      method: "POST",
      headers: { "content-length": 100 },
    });
    request.on("error", () => undefined);
    request.write("{");
    await new Promise((resolve) => request.once("socket", (socket) => socket.once("connect", resolve)));
    request.destroy();

    outcome = { outcome: "answered", payload: '"still here"' };
    expect((await post("{}")).body).toBe('"still here"');
  });
});

describe("a local port", () => {
  it("lets requests wait until there is somebody to answer", async () => {
    const early = await listen(0, { host: "127.0.0.1", setting: "API_PORT" });
    const waiting = fetch(early.url).then((response) => response.text());
    early.answerWith(async (_request, response) => {
      response.end("answered");
    });
    expect(await waiting).toBe("answered");
    await early.stop();
  });

  it("that stops before there was anybody to answer lets nobody wait", async () => {
    const early = await listen(0, { host: "127.0.0.1", setting: "API_PORT" });
    const waiting = expect(fetch(early.url)).rejects.toThrow("fetch failed");
    await new Promise((resolve) => setImmediate(resolve));
    await early.stop();
    await waiting;
  });

  it("that is in use is an error that names the setting", async () => {
    const where = { host: "127.0.0.1", setting: "SEND_PORT" };
    const message = `port ${listener.port} is in use; choose another one with SEND_PORT=<port>`;
    await expect(listen(listener.port, where)).rejects.toThrow(message);
    await expect(requireFreePort(listener.port, where)).rejects.toThrow(message);
  });
});
