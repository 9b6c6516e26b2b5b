import type { Socket } from "node:net";
import { type ProxiedClient, parseProxyHeader } from "./proxy-header.ts";

/**
 * Reads the PROXY protocol's header off a fresh connection; what follows it stays to be read.
 *
 * @returns undefined where the load balancer speaks for itself
 * @throws Error if the connection ends before the header does, or begins with something else; it is
 * destroyed then
 */
export async function readProxyHeader(socket: Socket): Promise<ProxiedClient | undefined> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      await moreOf(socket);
      continue;
    }
    bytes = Buffer.concat([bytes, chunk]);
    const header = parseProxyHeader(bytes);
    if (header.kind === "invalid") throw refused(socket, "no PROXY header");
    if (header.kind === "incomplete") continue;
    if (header.bytes < bytes.length) socket.unshift(bytes.subarray(header.bytes));
    return header.client;
  }
}

function moreOf(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => settle(() => reject(refused(socket, "connection ended in its PROXY header")));
    const readable = () => settle(resolve);
    const events = { readable, end: ended, error: ended, close: ended };
    const settle = (settled: () => void): void => {
      for (const [event, listener] of Object.entries(events)) socket.off(event, listener);
      settled();
    };
    for (const [event, listener] of Object.entries(events)) socket.on(event, listener);
  });
}

function refused(socket: Socket, reason: string): Error {
  // An error that is still on its way must find somebody who listens.
  socket.on("error", () => undefined);
  socket.destroy();
  return new Error(reason);
}
