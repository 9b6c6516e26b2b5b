import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Stream } from "../../shared/contracts/streams.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import { errorResponse, type HttpResponse } from "../../shared/platform/http.ts";
import { httpDoor } from "../../shared/platform/http-door.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import { sendRoutes } from "../../shared/submission/http-routes.ts";
import { httpEvent } from "./http-event.ts";
import type { LargeBodies } from "./read-large.ts";

export interface HttpDoorOptions {
  readonly stream: Stream;
  readonly deps: AcceptDeps;
  readonly bodies: LargeBodies;
  /** What CloudFront shows to be told from strangers; without it everybody may come. */
  readonly originSecret?: string | undefined;
}

/** Bodies wait on the disk, 50 MB each, and a task has 20 GB of it. */
const mostConnections = 256;

/**
 * The send API of one stream for requests that are too large for a function: the same routes, the same
 * answers.
 */
export function httpServer(options: HttpDoorOptions): Server {
  const server = createServer({
    // Bodies have their own time-outs, see `receive`.
    requestTimeout: 0,
    headersTimeout: 15_000,
    // Longer than the load balancer's, so that it is never surprised by a connection that closes.
    keepAliveTimeout: 75_000,
    maxHeaderSize: 10_240,
  });
  server.maxConnections = mostConnections;
  const handle = (request: IncomingMessage, response: ServerResponse, begin: () => void) => {
    serve(options, request, response, begin).catch(() => response.destroy());
  };
  server.on("request", (request, response) => handle(request, response, () => undefined));
  // Who asks before sending is told only when the token is known to be good.
  server.on("checkContinue", (request, response) =>
    handle(request, response, () => response.writeContinue()),
  );
  return server;
}

async function serve(
  options: HttpDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  begin: () => void,
): Promise<void> {
  const answered = Promise.withResolvers<void>();
  try {
    const event = httpEvent(request, options.originSecret);
    const readBody = options.bodies.reader(request, { begin, answered: answered.promise });
    const door = httpDoor(sendRoutes(options.deps, options.stream, { readBody }));
    await respond(request, response, event ? await door(event) : notCloudFront);
  } finally {
    answered.resolve();
  }
}

const notCloudFront: HttpResponse = errorResponse(new PosternError("forbidden"));

const lingerMs = 5_000;

/**
 * Answers. To a client that is still sending, the end of the answer is delayed until it has stopped or a
 * moment has passed: closed at once, the connection would take the answer with it.
 */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { statusCode, headers, body }: HttpResponse,
): Promise<void> {
  const hasMore = !request.complete;
  response.writeHead(statusCode, {
    ...headers,
    "content-length": Buffer.byteLength(body),
    ...(hasMore && { connection: "close" }),
  });
  response.write(body);
  if (hasMore) await restOf(request);
  response.end();
}

function restOf(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const enough = setTimeout(resolve, lingerMs);
    const isOver = () => {
      clearTimeout(enough);
      resolve();
    };
    request.once("end", isOver).once("close", isOver).resume();
  });
}
