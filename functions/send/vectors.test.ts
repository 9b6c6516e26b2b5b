import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Stream } from "../../shared/contracts/streams.ts";
import { systemClock } from "../../shared/platform/clock.ts";
import type { Route } from "../../shared/platform/http-door.ts";
import { type SendService, startSendService } from "../../test/support/send-service.ts";
import { type Fixtures, mismatches, readVectors, requestOf } from "../../test/vectors/vectors.ts";

const streamsByHost: Record<string, Stream> = {
  "send.api.mailtrap.io": "transactional",
  "bulk.api.mailtrap.io": "bulk",
};
// Needs stored templates, which do not exist yet.
const later = new Set(["send-16"]);

let service: SendService;
let fixtures: Fixtures;
const handlers = new Map<Stream, Route>();

beforeAll(async () => {
  service = await startSendService(systemClock);
  const account = await service.account({ domains: { "pending.example": "unverified_dns" } });
  const banned = await service.account({ status: "banned" });
  fixtures = {
    TOKEN: account.token,
    TOKEN_VIEWER: account.viewerToken,
    TOKEN_WRONG: "0".repeat(32),
    TOKEN_BANNED: banned.token,
    DOMAIN: account.domain,
    DOMAIN_PENDING: "pending.example",
    TEMPLATE_UUID: "b81aabcd-1a1e-41cf-91b6-eca0254b3d96",
  };
  for (const [name, value] of Object.entries(service.environment)) vi.stubEnv(name, value);
  for (const stream of ["transactional", "bulk"] as const) handlers.set(stream, await loadHandler(stream));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await service.stop();
});

async function loadHandler(stream: Stream): Promise<Route> {
  vi.stubEnv("STREAM", stream);
  vi.resetModules();
  return (await import("./handler.ts")).handler;
}

describe("the function, as the clients of the service know it:", () => {
  const vectors = readVectors("send-vectors.json").filter(({ id }) => !later.has(id));

  it.each(vectors)("$id: $title", async (vector) => {
    const { method, host, path, headers, body } = requestOf(vector, fixtures);
    const handler = handlers.get(streamsByHost[host] ?? "transactional");

    const answer = await handler?.({
      rawPath: path,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: JSON.stringify(body),
      isBase64Encoded: false,
      requestContext: { http: { method, sourceIp: "192.0.2.7" } },
    });

    expect(answer?.statusCode).toBe(vector.expect.status);
    expect(answer?.headers["content-type"]).toBe("application/json; charset=utf-8");
    if ("body" in vector.expect) {
      expect(mismatches(vector.expect.body, JSON.parse(answer?.body ?? ""))).toEqual([]);
    }
  });
});
