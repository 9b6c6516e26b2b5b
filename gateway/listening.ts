import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import type { Server } from "node:net";
import * as z from "zod";
import { environmentNames } from "../shared/contracts/environment-names.ts";

/** A port's number, from the environment. */
export const port = z.coerce.number().int().min(1).max(65_535);

/** Resolves when the server can be reached; the load balancer's and the container's addresses are its own business. */
export async function listen(server: Server, number: number): Promise<void> {
  server.listen(number, process.env[environmentNames.listenHost]);
  await once(server, "listening");
}

/** Takes no new connections and resolves when the last request was answered. */
export async function stopServer(server: HttpServer): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await closed;
}
