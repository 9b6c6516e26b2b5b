import { createServer } from "node:http";
import { environmentNames } from "../shared/contracts/environment-names.ts";
import { readEnvironment } from "../shared/platform/environment.ts";
import { listen, port, stopServer } from "./listening.ts";

/** Tells the load balancer whether to send new connections here: 200 until `drain`, then 503. */
export async function startHealth(): Promise<{ drain(): void; stop(): Promise<void> }> {
  const { HEALTH_PORT: number } = readEnvironment({ [environmentNames.healthPort]: port });
  let isDraining = false;
  const server = createServer((_, response) => {
    response.writeHead(isDraining ? 503 : 200, { "content-type": "text/plain", connection: "close" });
    response.end(isDraining ? "draining\n" : "ok\n");
  });
  await listen(server, number);
  return {
    drain: () => {
      isDraining = true;
    },
    stop: () => stopServer(server),
  };
}
