import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A local port whose owner may come later: the number is known before there is anybody to answer. */
export interface Listener {
  readonly port: number;
  readonly url: string;
  /** From now on this answers; what came earlier has waited. */
  answerWith(handler: Handler): void;
  /** Takes no new connections, lets the running requests end. */
  stop(): Promise<void>;
}

/** An HTTP API takes at most so many bytes of request line and headers. */
const maxHeaderSize = 10_240;

/**
 * @param port 0 takes a free one
 * @throws Error that says which setting changes the port, when it is in use
 */
export async function listen(
  port: number,
  { host, setting }: { host: string; setting: string },
): Promise<Listener> {
  const handler = Promise.withResolvers<Handler>();
  handler.promise.catch(() => undefined);
  const server = createServer({ maxHeaderSize, keepAliveTimeout: 75_000 }, (request, response) => {
    void handler.promise
      .then((answer) => answer(request, response))
      .catch(() => {
        // The handlers answer their own failures; what gets here is a connection that broke.
        response.destroy();
      });
  });
  await bind(server, port, { host, setting });
  const bound = (server.address() as AddressInfo).port;
  const name = host === "127.0.0.1" || host === "0.0.0.0" ? "localhost" : host;
  return {
    port: bound,
    url: `http://${name}:${bound}`,
    answerWith: handler.resolve,
    stop: () => {
      handler.reject(new Error("stopped before there was anybody to answer"));
      return close(server);
    },
  };
}

/** @throws Error that says which setting changes the port, when it is in use */
export async function requireFreePort(port: number, where: { host: string; setting: string }): Promise<void> {
  const server = createServer();
  await bind(server, port, where);
  await close(server);
}

function bind(server: Server, port: number, { host, setting }: { host: string; setting: string }) {
  return new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const inUse = error.code === "EADDRINUSE";
      reject(inUse ? new Error(`port ${port} is in use; choose another one with ${setting}=<port>`) : error);
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
