import {
  type IncomingMessage,
  type RequestOptions,
  request as requestTo,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream/promises";
import type { Handler } from "../http/listener.ts";
import type { EdgeChoice, EdgeRequest } from "./edge-function.ts";

export interface EdgeOptions {
  choose(request: EdgeRequest): EdgeChoice;
  /** The origin that a distribution takes unless its function chooses another. */
  readonly usual: Handler;
  /** Where the origin `gateway` listens. */
  readonly gateway: { readonly host: string; readonly port: number };
  /** What CloudFront shows its origins. */
  readonly originSecret: string;
}

/** Answers a host as CloudFront does that stands before it: by the origin that its function chooses. */
export function edgeHandler({ choose, usual, gateway, originSecret }: EdgeOptions): Handler {
  return async (request, response) => {
    const viewerIp = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const { method = "GET", url: target = "/" } = request;
    const { origin, headers } = choose({ method, target, headers: request.headers, viewerIp });
    if (origin !== "gateway") return usual(request, response);
    await passOn(request, response, {
      ...gateway,
      method,
      path: target,
      headers: { ...headers, "x-postern-origin": originSecret },
    });
  };
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  options: RequestOptions,
): Promise<void> {
  const outgoing = requestTo(options);
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve).on("error", reject);
  });
  // Not `pipeline`: what the gateway does not take is read all the same, or the client would not see an answer.
  request.pipe(outgoing);
  outgoing.once("close", () => request.unpipe(outgoing).resume());
  request.once("close", () => request.complete || outgoing.destroy());
  try {
    const incoming = await answer;
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    await pipeline(incoming, response);
  } catch {
    if (!response.headersSent) response.writeHead(502).end();
    else response.destroy();
  }
}
