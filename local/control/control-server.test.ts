import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Listener, listen } from "../http/listener.ts";
import { clockRequestSchema } from "./clock-request.ts";
import { controlServer } from "./control-server.ts";
import { faultRequestSchema } from "./fault-request.ts";

let listener: Listener;
beforeAll(async () => {
  listener = await listen(0, { host: "127.0.0.1", setting: "PORT" });
  listener.answerWith(
    controlServer({
      "GET /_local/clock": () => ({ now: "then" }),
      "POST /_local/clock": (body) => clockRequestSchema.parse(body),
      "POST /_local/faults": (body) => faultRequestSchema.parse(body),
    }),
  );
});
afterAll(() => listener.stop());

async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(listener.url + path, { method, headers, ...(body !== undefined && { body }) });
  return [response.status, (await response.json()) as Record<string, unknown>] as const;
}

describe("the control routes", () => {
  it("answer in JSON", async () => {
    expect(await ask("GET", "/_local/clock")).toEqual([200, { now: "then" }]);
    expect(await ask("POST", "/_local/clock", '{"advance":"PT1S"}')).toEqual([200, { advance: 1000 }]);
  });

  it("say what there is instead of what is not there", async () => {
    expect((await ask("GET", "/_local/weather"))[0]).toBe(404);
    expect(await ask("DELETE", "/_local/clock")).toEqual([
      405,
      { error: "use one of GET /_local/clock, POST /_local/clock" },
    ]);
  });

  it.each([
    ["/_local/clock", "{", /not JSON/],
    ["/_local/clock", '{"advance":"soon"}', /ISO 8601/],
    ["/_local/clock", "", /advance/],
    ["/_local/faults", '{"aws":{"call":"sqs:*","effect":"melt"}}', /effect/],
    ["/_local/faults", '{"ses":[{"effect":"refuse"}]}', /exception/],
    ["/_local/faults", '{"sas":[]}', /sas/],
    ["/_local/faults", "{}", /name rules/],
  ])("refuse %s with %s, and say why", async (path, body, reason) => {
    const [status, { error }] = await ask("POST", path, body);
    expect(status).toBe(400);
    expect(error).toMatch(reason);
  });

  it("take one rule or several", async () => {
    const [, one] = await ask("POST", "/_local/faults", '{"ses":{"effect":"throttle","probability":0.1}}');
    const [, several] = await ask(
      "POST",
      "/_local/faults",
      '{"ses":[{"effect":"throttle","probability":0.1}]}',
    );
    expect(one).toEqual({ ses: [{ effect: "throttle", probability: 0.1 }] });
    expect(several).toEqual(one);
  });

  it("obey no web page of another origin", async () => {
    const [status] = await ask("POST", "/_local/clock", '{"advance":1}', { origin: "https://evil.example" });
    expect(status).toBe(403);
    expect((await ask("POST", "/_local/clock", '{"advance":1}', { origin: listener.url }))[0]).toBe(200);
  });
});
