import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { afterEach, describe, expect, it } from "vitest";
import { domain } from "../../test/support/delivery-world.ts";
import type { Dispatch } from "./outcome.ts";
import { sesRoute } from "./ses-client.ts";

const dispatch: Dispatch = {
  accountId: 7,
  messageId: "0190",
  domain,
  from: "shop@example.com",
  recipient: "anna@example.org",
  rfcMessageId: "<0190@example.com>",
  mime: Buffer.from("From: shop@example.com\r\nTo: list@example.com\r\n\r\nHi \xff\r\n", "latin1"),
  mayStart: () => true,
};

let end = async () => undefined as unknown;
afterEach(() => end());

/** Amazon's end of the wire. */
async function amazon(answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>) {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    void answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  end = async () => {
    server.closeAllConnections();
    server.close();
  };
  const ses = new SESv2Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
  });
  const route = sesRoute({ ses, configurationSet: "postern-bulk", stream: "bulk" });
  return { send: () => route.send(dispatch), calls: () => calls };
}

function reply(response: ServerResponse, status: number, body: object, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

describe("the SES route", () => {
  it("hands over the message as it is, to its one recipient, under the tags that bring it back", async () => {
    let body: unknown;
    const { send } = await amazon(async (request, response) => {
      body = await json(request);
      reply(response, 200, { MessageId: "0100-ses" });
    });

    expect(await send()).toEqual({
      kind: "accepted",
      providerMessageId: "0100-ses",
      rfcMessageId: "<0100-ses@eu-west-1.amazonses.com>",
    });
    expect(body).toEqual({
      FromEmailAddress: "shop@example.com",
      Destination: { ToAddresses: ["anna@example.org"] },
      Content: { Raw: { Data: dispatch.mime.toString("base64") } },
      ConfigurationSetName: "postern-bulk",
      EmailTags: [
        { Name: "account-id", Value: "7" },
        { Name: "message-id", Value: "0190" },
        { Name: "stream", Value: "bulk" },
      ],
    });
  });

  it("tells throttling from refusal by Amazon's own answers", async () => {
    const throttling = await amazon((_request, response) =>
      reply(response, 429, { message: "slow" }, { "x-amzn-errortype": "TooManyRequestsException" }),
    );
    expect(await throttling.send()).toMatchObject({ kind: "sick", widely: true, briefly: true });
    await end();
    const refusing = await amazon((_request, response) =>
      reply(response, 400, { message: "virus" }, { "x-amzn-errortype": "MessageRejected" }),
    );
    expect(await refusing.send()).toMatchObject({ kind: "refused" });
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ["never answers", () => undefined],
    ["hangs up", (request) => request.destroy()],
    ["fails", (_request, response) => reply(response, 500, { message: "oops" })],
  ])("does not know the outcome when Amazon %s, and does not ask twice", async (_what, answer) => {
    const { send, calls } = await amazon(answer);

    expect(await send()).toMatchObject({ kind: "unknown" });
    expect(calls()).toBe(1);
  });

  it("knows that nothing was taken where nobody listens", async () => {
    const { send } = await amazon(() => undefined);
    await end();

    expect(await send()).toMatchObject({ kind: "sick", widely: true });
  });
});
