import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SESv2Client, type SESv2ClientConfig } from "@aws-sdk/client-sesv2";
import { onTestFinished } from "vitest";
import type { Dispatch } from "../../shared/delivery/outcome.ts";
import { sesRoute } from "../../shared/delivery/ses-client.ts";
import { domain } from "./delivery-world.ts";

export type AmazonAnswer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Amazon's end of the wire until the test is over, and the SES route to it, in the stream for bulk mail. */
export async function startAmazon(
  answer: AmazonAnswer,
  settings: Pick<SESv2ClientConfig, "requestHandler"> = {},
) {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    void answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(end);
  const ses = new SESv2Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    ...settings,
  });
  const route = sesRoute({ ses, configurationSet: "postern-bulk", stream: "bulk" });
  return { send: (mime: Dispatch["mime"]) => route.send(dispatchOf(mime)), calls: () => calls, end };
}

function dispatchOf(mime: Dispatch["mime"]): Dispatch {
  return {
    accountId: 7,
    messageId: "0190",
    domain,
    from: "shop@example.com",
    recipient: "anna@example.org",
    rfcMessageId: "<0190@example.com>",
    mime,
    mayStart: () => true,
  };
}

/** Answers as SES does, with JSON. */
export function reply(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
