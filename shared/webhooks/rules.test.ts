import { describe, expect, it } from "vitest";
import { afterFailure } from "./retry-rules.ts";
import { basicAuthOf, endpointUrl, hostOf } from "./url-rules.ts";

const strict = { allowPrivate: false };

describe("an endpoint's URL", () => {
  it.each([
    "https://hooks.example.net/in",
    "http://hooks.example.net/in?token=a",
    "https://user:p%40ss@hooks.example.net:443/",
    "https://hooks.example.net:80/",
    "https://[2001:4860:4860::8888]/",
  ])("may be %s", (url) => {
    expect(endpointUrl(url, strict)?.href).toBeDefined();
  });

  it.each([
    "",
    "hooks.example.net/in",
    "ftp://hooks.example.net/",
    "javascript:alert(1)",
    "https://hooks.example.net:8443/",
    "http://hooks.example.net:22/",
    "https://",
    "https://%zz@hooks.example.net/",
    `https://hooks.example.net/${"a".repeat(2_000)}`,
  ])("may not be %s", (url) => {
    expect(endpointUrl(url, strict)).toBeUndefined();
  });

  it("may have any port where private addresses are allowed", () => {
    expect(endpointUrl("http://localhost:8443/", { allowPrivate: true })?.port).toBe("8443");
  });

  it("gives its credentials, decoded, as basic authentication", () => {
    const url = new URL("https://user:p%40ss%C3%A9@hooks.example.net/");
    expect(basicAuthOf(url)).toBe(`Basic ${Buffer.from("user:p@ssé").toString("base64")}`);
    expect(basicAuthOf(new URL("https://hooks.example.net/"))).toBeUndefined();
    expect(hostOf(new URL("https://[::1]/"))).toBe("::1");
  });
});

describe("after a failure", () => {
  it("an endpoint is called again 40 times, five minutes apart, and then paused", () => {
    let failures = 0;
    let startedAt = 0;
    for (let retry = 1; retry <= 40; retry++) {
      const after = afterFailure(failures, startedAt);
      expect(after).toEqual({ verdict: "retry", failures: retry, at: retry * 300_000 });
      failures = after.failures;
      startedAt = retry * 300_000;
    }
    expect(afterFailure(failures, startedAt)).toEqual({ verdict: "pause", failures: 41 });
  });
});
