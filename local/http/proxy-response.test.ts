import { describe, expect, it } from "vitest";
import { proxyResponse } from "./proxy-response.ts";

describe("the response to a function's answer", () => {
  it("is what the answer says", () => {
    const answer = {
      statusCode: 429,
      headers: { "Retry-After": 3, "Content-Type": "text/html" },
      body: "wait",
    };
    expect(proxyResponse(JSON.stringify(answer))).toEqual({
      status: 429,
      headers: { "retry-after": "3", "content-type": "text/html" },
      body: "wait",
    });
  });

  it("is the answer itself as JSON where it names no status", () => {
    expect(proxyResponse('{"hello":1}')).toEqual({
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"hello":1}',
    });
    expect(proxyResponse("null")).toMatchObject({ status: 200, body: "null" });
  });

  it("carries cookies as headers of their own, and binary bodies as bytes", () => {
    const answer = { statusCode: 200, cookies: ["a=1", "b=2"], body: "AAE=", isBase64Encoded: true };
    const response = proxyResponse(JSON.stringify(answer));
    expect(response.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(response.body).toEqual(Buffer.from([0, 1]));
  });

  it.each([
    { statusCode: "many" },
    { statusCode: 99 },
    { statusCode: 200, body: { not: "text" } },
    { statusCode: 200, headers: ["no"] },
  ])("is a 500 for an answer out of form: %j", (answer) => {
    expect(proxyResponse(JSON.stringify(answer))).toMatchObject({
      status: 500,
      body: '{"message":"Internal Server Error"}',
    });
  });
});
