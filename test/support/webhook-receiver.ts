import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { verifyWebhookSignature } from "mailtrap";

/** A call as an endpoint sees it. */
export interface ReceivedCall {
  readonly body: string;
  readonly contentType: string;
  readonly signature: string;
  readonly events: readonly Record<string, unknown>[];
}

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;

/** A customer's endpoint on this machine: it keeps what arrives while it is up. */
export async function startWebhookReceiver() {
  const calls: ReceivedCall[] = [];
  /** `down`: 503; `silent`: takes the call and never answers. */
  let state: "up" | "down" | "silent" = "up";
  let attempts = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    attempts += 1;
    if (state === "silent") return;
    if (state === "down") {
      response.writeHead(503).end();
      return;
    }
    const contentType = String(request.headers["content-type"]);
    const signature = String(request.headers["mailtrap-signature"]);
    calls.push({ body, contentType, signature, events: eventsIn(body, contentType) });
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    /** Calls that were answered 200. */
    calls,
    /** Calls that came, whatever was answered. */
    attempts: () => attempts,
    events: () => calls.flatMap(({ events }) => events),
    is(next: typeof state): void {
      state = next;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function eventsIn(body: string, contentType: string): Record<string, unknown>[] {
  if (contentType === "application/json") return JSON.parse(body).events;
  return body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** As the official client verifies. */
export function isSignedBy(secret: string, { body, signature }: ReceivedCall): boolean {
  return verifyWebhookSignature(body, signature, secret);
}
