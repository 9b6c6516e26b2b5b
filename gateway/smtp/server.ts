import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";
import type { SMTPConnectionOptions } from "smtp-server/lib/smtp-connection.js";
import { DoorConnection } from "./connection.ts";
import type { SmtpLimits } from "./limits.ts";
import { readProxyHeader } from "./read-proxy-header.ts";

const idleCheckMs = 100;

type ProxyCallback = Parameters<SMTPServer["_handleProxy"]>[1];

/** smtp-server with our connections, and with the PROXY protocol in both versions. */
export class DoorServer extends SMTPServer {
  readonly #limits: SmtpLimits;
  readonly #bySession = new WeakMap<SMTPServerSession, DoorConnection>();

  constructor(options: SMTPServerOptions, limits: SmtpLimits) {
    super(options);
    this.#limits = limits;
  }

  /** The connection behind what smtp-server hands to its handlers. */
  connectionOf(session: SMTPServerSession): DoorConnection {
    const connection = this.#bySession.get(session);
    if (connection === undefined) throw new Error("a session without a connection");
    return connection;
  }

  get doorConnections(): DoorConnection[] {
    return [...this.connections].filter((connection) => connection instanceof DoorConnection);
  }

  /**
   * Accepts no connection any more, and closes those that are open as soon as nothing is on its way on them,
   * all of them after some time.
   */
  async stop(mostMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const closeIdle = () => {
      for (const connection of this.doorConnections)
        if (connection.isIdle) connection.refuse("service_stopping");
    };
    closeIdle();
    const looks = setInterval(closeIdle, idleCheckMs);
    const end = setTimeout(() => {
      for (const connection of this.doorConnections) connection.refuse("service_stopping");
      for (const socket of this._pendingSockets.values()) socket.destroy();
    }, mostMs);
    await closed;
    clearInterval(looks);
    clearTimeout(end);
  }

  override connect(socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null): void {
    const connection = new DoorConnection(this, socket, options, this.#limits);
    this.#bySession.set(connection.session, connection);
    this.connections.add(connection);
    connection.on("error", (error: Error) => this._onError(error));
    connection.init();
  }

  override _handleProxy(socket: Socket, callback: ProxyCallback): void {
    if (!this.options.useProxy) {
      super._handleProxy(socket, callback);
      return;
    }
    const id = crypto.randomUUID();
    readProxyHeader(socket).then(
      (client) => {
        const proxied = client && { remoteAddress: client.address, remotePort: client.port };
        callback(null, { id, ...proxied });
      },
      (error: Error) => callback(error),
    );
  }
}
