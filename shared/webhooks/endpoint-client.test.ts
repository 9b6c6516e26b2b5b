import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { endpointClient } from "./endpoint-client.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function receiver(answer: RequestListener): Promise<{ port: number; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    answer(request, response);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, requests };
}

const call = (url: string, timeoutMs = 10_000) => ({
  url,
  body: "{}",
  headers: { "content-type": "application/json" },
  timeoutMs,
});
const local = endpointClient({ allowPrivate: true });

describe("a call", () => {
  it("succeeds by 200 alone", async () => {
    let status = 200;
    const { port, requests } = await receiver((_, response) => response.writeHead(status).end("thanks"));
    const url = `http://user:secret@localhost:${port}/in?token=a`;
    expect(await local.post(call(url))).toEqual({ ok: true, status: 200 });
    expect(requests[0]).toMatchObject({ method: "POST", url: "/in?token=a" });
    expect(requests[0]?.headers).toMatchObject({
      host: `localhost:${port}`,
      authorization: `Basic ${Buffer.from("user:secret").toString("base64")}`,
      "content-type": "application/json",
    });
    for (status of [201, 204, 400, 500]) {
      expect(await local.post(call(url))).toEqual({ ok: false, status, reason: `it answered ${status}` });
    }
  });

  it("follows no redirect", async () => {
    const elsewhere = await receiver((_, response) => response.end());
    const { port } = await receiver((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${elsewhere.port}/` }).end(),
    );
    expect(await local.post(call(`http://127.0.0.1:${port}/`))).toMatchObject({ ok: false, status: 307 });
    expect(elsewhere.requests).toEqual([]);
  });

  it("fails where the server wants to speak something else than HTTP", async () => {
    const { port } = await receiver(({ socket }) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
    });
    expect(await local.post(call(`http://127.0.0.1:${port}/`))).toEqual({
      ...{ ok: false, status: 101, reason: "it answered 101" },
    });
  });

  it("ends after its time, wherever it hangs", async () => {
    const silent = await receiver(() => undefined);
    const hanging = endpointClient({ allowPrivate: true, resolve: () => new Promise(() => undefined) });
    const tooLong = { ok: false, reason: "it took too long" };
    expect(await local.post(call(`http://127.0.0.1:${silent.port}/`, 200))).toEqual(tooLong);
    expect(await hanging.post(call("http://hooks.example/", 200))).toEqual(tooLong);
  });

  it("reads little of an answer that never ends", async () => {
    let sent = 0;
    const { port } = await receiver((_, response) => {
      const chunk = "x".repeat(64 * 1024);
      const more = () => {
        sent += chunk.length;
        if (!response.destroyed) response.write(chunk, () => setImmediate(more));
      };
      more();
    });
    expect(await local.post(call(`http://127.0.0.1:${port}/`))).toEqual({ ok: true, status: 200 });
    expect(sent).toBeLessThan(100 * 1024 * 1024);
  });

  it("counts what the server answered, even if it hangs up before it has read everything", async () => {
    const server = createTcpServer((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nthank", () => {
          setImmediate(() => socket.resetAndDestroy());
        });
      });
      socket.on("error", () => undefined);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const body = "x".repeat(8 * 1024 * 1024);
    expect(await local.post({ ...call(`http://127.0.0.1:${port}/`), body })).toEqual({
      ok: true,
      status: 200,
    });
    server.close();
  });

  it("tells what went wrong without the URL", async () => {
    const { port } = await receiver((request) => request.socket.destroy());
    expect(await local.post(call(`http://u:secret@127.0.0.1:${port}/`))).toEqual({
      ok: false,
      reason: "ECONNRESET",
    });
    const nowhere = endpointClient({ allowPrivate: true, resolve: async () => [] });
    expect(await nowhere.post(call("http://hooks.example/"))).toEqual({
      ok: false,
      reason: "it could not be called",
    });
  });
});

describe("a private address", () => {
  const resolvesTo = (...addresses: string[]) =>
    endpointClient({
      allowPrivate: false,
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    });

  it.each([["127.0.0.1"], ["169.254.169.254"], ["::1"], ["93.184.215.14", "10.0.0.1"]])(
    "is refused at creation and at the call: %s",
    async (...addresses) => {
      const client = resolvesTo(...addresses);
      expect(await client.isAllowed("http://hooks.example/")).toBe(false);
      expect(await client.post(call("http://hooks.example/"))).toEqual({
        ok: false,
        reason: "its address is not allowed",
      });
    },
  );

  it.each([
    "http://127.0.0.1/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://[::ffff:7f00:1]/",
    "http://localhost/",
  ])("is seen through its spelling %s", async (url) => {
    expect(await endpointClient({ allowPrivate: false }).isAllowed(url)).toBe(false);
  });

  it("cannot be slipped in after the check: the connection goes to what was checked", async () => {
    const { port, requests } = await receiver((_, response) => response.end());
    let asked = 0;
    const rebinding = endpointClient({
      allowPrivate: true,
      resolve: async () => {
        asked += 1;
        return [{ address: asked === 1 ? "127.0.0.1" : "192.0.2.1", family: 4 }];
      },
    });
    expect(await rebinding.post(call(`http://hooks.example:${port}/`))).toMatchObject({ ok: true });
    expect(requests[0]?.headers.host).toBe(`hooks.example:${port}`);
    expect(asked).toBe(1);
  });

  it("is not suspected of a name that the DNS does not have", async () => {
    const unknown = endpointClient({
      allowPrivate: false,
      resolve: async () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" })),
    });
    expect(await unknown.isAllowed("https://hooks.example/")).toBe(true);
    expect(await unknown.post(call("https://hooks.example/"))).toEqual({ ok: false, reason: "ENOTFOUND" });
  });
});
