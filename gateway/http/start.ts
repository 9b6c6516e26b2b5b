import type { Server } from "node:http";
import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type Stream, streams } from "../../shared/contracts/streams.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import { listen, port, stopServer } from "../listening.ts";
import { largeBodies } from "./read-large.ts";
import { httpServer } from "./server.ts";

const patience = { idleMs: 20_000, wholeMs: 300_000 };
const readAtOnce = 2;

/** Starts the HTTP servers of both streams, at the ports that the environment names. */
export async function startHttp(
  deps: Readonly<Record<Stream, AcceptDeps>>,
): Promise<{ stop(): Promise<void> }> {
  const environment = readEnvironment({
    [environmentNames.httpPort]: port,
    [environmentNames.httpBulkPort]: port,
    [environmentNames.originSecret]: z.string().min(1).optional(),
  });
  const bodies = largeBodies({ payloads: deps.transactional.payloads, patience, atOnce: readAtOnce });
  const ports = { transactional: environment.HTTP_PORT, bulk: environment.HTTP_BULK_PORT };
  const originSecret = environment.ORIGIN_SECRET;
  const servers: Server[] = [];
  for (const stream of streams) {
    const server = httpServer({ stream, deps: deps[stream], bodies, originSecret });
    await listen(server, ports[stream]);
    servers.push(server);
  }
  return { stop: async () => void (await Promise.all(servers.map(stopServer))) };
}
