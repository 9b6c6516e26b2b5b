import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identityClient, mailClient } from "./aws-clients.ts";

describe("Amazon SES, when it takes no more calls for a moment", () => {
  let server: Server;
  let calls = 0;

  beforeEach(async () => {
    calls = 0;
    server = createServer((_, response) => {
      calls += 1;
      const isThrottled = calls === 1;
      response.writeHead(isThrottled ? 429 : 200, {
        "content-type": "application/json",
        ...(isThrottled && { "x-amzn-errortype": "TooManyRequestsException" }),
      });
      response.end(isThrottled ? '{"message":"Rate exceeded"}' : "{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${port}`);
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    server.close();
  });

  const command = new DeleteEmailIdentityCommand({ EmailIdentity: "shop.example" });

  it("is asked again about an identity", async () => {
    await identityClient().send(command);
    expect(calls).toBe(2);
  });

  it("is not asked again by the client that sends mail", async () => {
    await expect(mailClient().send(command)).rejects.toMatchObject({ name: "TooManyRequestsException" });
    expect(calls).toBe(1);
  });
});
