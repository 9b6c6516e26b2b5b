import { describe, expect, it } from "vitest";
import { type ProxyRequest, proxyEvent } from "./proxy-event.ts";

function eventOf(request: Partial<ProxyRequest>) {
  return proxyEvent({
    method: "POST",
    target: "/api/send",
    protocol: "HTTP/1.1",
    headers: { host: "localhost:3001" },
    body: Buffer.alloc(0),
    sourceIp: "127.0.0.1",
    port: 3001,
    apiId: "abc",
    routeKey: "POST /api/send",
    pathParameters: {},
    requestId: "id",
    receivedAt: Date.UTC(2026, 10, 2, 21, 2, 55),
    ...request,
  }) as Record<string, unknown> & {
    headers: Record<string, string>;
    requestContext: Record<string, unknown>;
  };
}

describe("the proxy event of a request", () => {
  it("tells of the request in payload format 2.0", () => {
    const event = eventOf({ headers: { host: "localhost:3001", "user-agent": "curl" } });

    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "POST /api/send",
      rawPath: "/api/send",
      rawQueryString: "",
      isBase64Encoded: false,
      requestContext: {
        accountId: "000000000000",
        apiId: "abc",
        domainName: "localhost:3001",
        http: {
          method: "POST",
          path: "/api/send",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "curl",
        },
        requestId: "id",
        stage: "$default",
        time: "02/Nov/2026:21:02:55 +0000",
        timeEpoch: Date.UTC(2026, 10, 2, 21, 2, 55),
      },
    });
    for (const absent of ["body", "cookies", "pathParameters", "queryStringParameters"]) {
      expect(event).not.toHaveProperty(absent);
    }
  });

  it("joins repeated query parameters and headers with commas", () => {
    const event = eventOf({ target: "/x?a=1&b=%20&a=2", headers: { host: "h", "set-cookie": ["1", "2"] } });

    expect(event["rawPath"]).toBe("/x");
    expect(event["rawQueryString"]).toBe("a=1&b=%20&a=2");
    expect(event["queryStringParameters"]).toEqual({ a: "1,2", b: " " });
    expect(event.headers["set-cookie"]).toBe("1,2");
  });

  it("does not stumble over a parameter named like a part of every object", () => {
    expect(eventOf({ target: "/x?__proto__=1" })["queryStringParameters"]).toHaveProperty("__proto__");
  });

  it("lists cookies apart from the headers", () => {
    const event = eventOf({ headers: { host: "h", cookie: "a=1; b=2" } });

    expect(event["cookies"]).toEqual(["a=1", "b=2"]);
    expect(event.headers).not.toHaveProperty("cookie");
  });

  it("says who called, behind whoever passed the call on", () => {
    expect(eventOf({}).headers["x-forwarded-for"]).toBe("127.0.0.1");
    expect(
      eventOf({ headers: { host: "h", "x-forwarded-for": "10.0.0.1" } }).headers["x-forwarded-for"],
    ).toBe("10.0.0.1, 127.0.0.1");
  });

  it.each([
    ["application/json", false],
    ["application/json; charset=utf-8", false],
    ["text/plain", false],
    ["application/problem+json", false],
    ["application/x-www-form-urlencoded", true],
    ["application/octet-stream", true],
    [undefined, true],
  ])("hands a body of type %s over as base64: %s", (type, base64) => {
    const headers = { host: "h", ...(type !== undefined && { "content-type": type }) };
    const event = eventOf({ headers, body: Buffer.from("grüße") });

    expect(event["isBase64Encoded"]).toBe(base64);
    expect(event["body"]).toBe(base64 ? Buffer.from("grüße").toString("base64") : "grüße");
  });

  it("hands a compressed body over as base64 whatever its type", () => {
    const headers = { host: "h", "content-type": "application/json", "content-encoding": "gzip" };
    expect(eventOf({ headers, body: Buffer.from([0x1f, 0x8b]) })["body"]).toBe("H4s=");
  });
});
