import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { type AmazonAnswer, reply, startAmazon } from "../../test/support/amazon.ts";

const mime = Buffer.from("From: shop@example.com\r\nTo: list@example.com\r\n\r\nHi \xff\r\n", "latin1");

async function amazon(answer: AmazonAnswer) {
  const requestHandler = { requestTimeout: 200, throwOnRequestTimeout: true };
  const { send, ...rest } = await startAmazon(answer, { requestHandler });
  return { ...rest, send: () => send(mime) };
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
      Content: { Raw: { Data: mime.toString("base64") } },
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
    const refusing = await amazon((_request, response) =>
      reply(response, 400, { message: "virus" }, { "x-amzn-errortype": "MessageRejected" }),
    );
    expect(await refusing.send()).toMatchObject({ kind: "refused" });
  });

  it.each<[string, AmazonAnswer]>([
    ["never answers", () => undefined],
    ["hangs up", (request) => request.destroy()],
    ["fails", (_request, response) => reply(response, 500, { message: "oops" })],
  ])("does not know the outcome when Amazon %s, and does not ask twice", async (_what, answer) => {
    const { send, calls } = await amazon(answer);

    expect(await send()).toMatchObject({ kind: "unknown" });
    expect(calls()).toBe(1);
  });

  it("knows that nothing was taken where nobody listens", async () => {
    const { send, end } = await amazon(() => undefined);
    end();

    expect(await send()).toMatchObject({ kind: "sick", widely: true });
  });
});
