import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

// Below the ports that operating systems give to outgoing connections (Linux from 32768, others from
// 49152): one of those may be taken again before the server that it is for listens there.
const lowest = 10_000;
const highest = 32_767;
const mostTries = 100;

/** A TCP port at which nobody listened a moment ago, for a server that must be told one. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(lowest, highest + 1);
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, "listening");
      server.close();
      await once(server, "close");
      return port;
    } catch (error) {
      if (tries === mostTries) throw new Error("no TCP port to be had", { cause: error });
    }
  }
}
