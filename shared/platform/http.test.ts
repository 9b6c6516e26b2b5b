import { describe, expect, it } from "vitest";
import { PosternError } from "./errors.ts";
import { errorResponse, type HttpEvent, readJson, tokenOf } from "./http.ts";
import { httpDoor } from "./http-door.ts";

const event: HttpEvent = {
  rawPath: "/x",
  headers: {},
  isBase64Encoded: false,
  requestContext: { http: { method: "POST", sourceIp: "192.0.2.7" } },
};

describe("an error response", () => {
  it("has the catalogue's status and the API's form", () => {
    expect(errorResponse(new PosternError("account_banned"))).toEqual({
      statusCode: 403,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: '{"success":false,"errors":["Account is banned"]}',
    });
  });

  it("says when to come back, where that is known", () => {
    const { headers } = errorResponse(new PosternError("rate_limited", { retryAfterSeconds: 7 }));
    expect(headers["retry-after"]).toBe("7");
  });
});

describe("a door", () => {
  it("tells nobody what went wrong inside", async () => {
    const door = httpDoor(
      new Map([["POST /x", async () => Promise.reject(new Error("password of reader@example.net"))]]),
    );
    expect(await door(event)).toMatchObject({
      statusCode: 500,
      body: '{"success":false,"errors":["Internal server error"]}',
    });
  });

  it("has no routes but its own", async () => {
    expect((await httpDoor(new Map())({ ...event, rawPath: "constructor" })).statusCode).toBe(404);
  });
});

describe("a token", () => {
  it("of the Authorization header comes before that of Api-Token", () => {
    const headers = { authorization: "Bearer  a ", "api-token": "b" };
    expect(tokenOf({ ...event, headers })).toBe("a");
  });

  it("is taken from Api-Token where Authorization is of another kind", () => {
    expect(tokenOf({ ...event, headers: { authorization: "Basic x", "api-token": " b " } })).toBe("b");
  });
});

describe("JSON", () => {
  it("that cannot be read is the customer's mistake, and is not quoted", () => {
    const secret = Buffer.from('{"password":"s3cret"');
    expect(() => readJson(secret)).toThrow(
      new PosternError("invalid_request", { messages: ["request body is not valid JSON"] }),
    );
  });
});
