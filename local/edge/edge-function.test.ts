import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { edgeFunction } from "./edge-function.ts";

const choose = edgeFunction(readFileSync("cdk/edge/choose-origin.js", "utf8"));

function originFor(headers: Record<string, string>, method = "POST") {
  return choose({ method, target: "/api/send", headers, viewerIp: "198.51.100.7" }).origin;
}

describe("before the send hosts", () => {
  const json = { "content-type": "application/json; charset=utf-8" };

  it("requests of up to 5 MB go to the function, larger ones to the gateway", () => {
    expect(originFor({ ...json, "content-length": "0" })).toBeUndefined();
    expect(originFor({ ...json, "content-length": "5000000" })).toBeUndefined();
    expect(originFor({ ...json, "content-length": "5000001" })).toBe("gateway");
  });

  it("what grows by a third on its way to the function goes to the gateway sooner", () => {
    for (const type of [{}, { "content-type": "application/x-www-form-urlencoded" }]) {
      expect(originFor({ ...type, "content-length": "4000000" })).toBeUndefined();
      expect(originFor({ ...type, "content-length": "4000001" })).toBe("gateway");
    }
  });

  it("a body of unknown length goes to the gateway, a request without one to the function", () => {
    expect(originFor({ ...json, "transfer-encoding": "chunked" })).toBe("gateway");
    expect(originFor(json)).toBe("gateway");
    expect(originFor({}, "GET")).toBeUndefined();
  });

  it("each request is chosen for by itself, and says from where it came", () => {
    originFor({ "content-length": "9000000" });
    expect(originFor({ "content-length": "9" })).toBeUndefined();
    const { headers } = choose({
      method: "POST",
      target: "/",
      headers: { "x-postern-viewer": "127.0.0.1", accept: "*/*" },
      viewerIp: "198.51.100.7",
    });
    expect(headers).toEqual({ "x-postern-viewer": "198.51.100.7", accept: "*/*" });
  });
});
