import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { SMTPServer } from "smtp-server";
import { SMTPConnection, type SMTPConnectionOptions } from "smtp-server/lib/smtp-connection.js";
import { type ErrorCode, PosternError } from "../../shared/platform/errors.ts";
import { smtpReply } from "../../shared/platform/smtp.ts";
import type { SmtpLimits } from "./limits.ts";
import { hasEnhancedStatus } from "./replies.ts";

/** Commands of which a message has as many as recipients, or which end it. */
const uncountedCommands = new Set(["RCPT", "DATA", "QUIT"]);

/** A connection of smtp-server with our replies' status codes, our features, and bounds on what it may cost. */
export class DoorConnection extends SMTPConnection {
  readonly #limits: SmtpLimits;
  /** The largest message that the client may send, as far as it is known yet. */
  messageBytes: number;
  #idleMs: number;
  #commands = 0;
  #errors = 0;

  constructor(
    server: SMTPServer,
    socket: Socket | TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    limits: SmtpLimits,
  ) {
    super(server, socket, options);
    this.#limits = limits;
    this.messageBytes = limits.largestMessageBytes;
    this.#idleMs = limits.strangerIdleMs;
  }

  /** Whether nothing is on its way that the client has not been answered. */
  get isIdle(): boolean {
    return !this.session.envelope?.mailFrom && !this._dataStream && !this._handlerPending;
  }

  loggedIn(messageBytes: number): void {
    this.messageBytes = messageBytes;
    this.#idleMs = this.#limits.idleMs;
    this._socket.setTimeout(this.#idleMs);
  }

  messageAccepted(): void {
    this.#commands = 0;
  }

  refuse(code: ErrorCode): void {
    const reply = smtpReply(new PosternError(code));
    this.send(reply.code, reply.text);
    this.close();
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (code >= 400) this.#errors++;
    if (Array.isArray(data))
      super.send(
        code,
        data.flatMap((line) => this.#feature(line)),
        context,
      );
    else super.send(code, data, data && hasEnhancedStatus(data) ? false : context);
  }

  override _armTimeout(socket: Socket = this._socket): void {
    socket.setTimeout(this.#idleMs, () => this._onTimeout());
  }

  override _onCommand(command: Buffer, callback?: () => void): void {
    const name = command.toString("latin1", 0, 4).toUpperCase();
    if (!uncountedCommands.has(name)) this.#commands++;
    const isTooMuch =
      this.#commands > this.#limits.commandsPerMessage || this.#errors > this.#limits.errorsPerConnection;
    if (isTooMuch && !this._upgrading) this.refuse("too_many_attempts");
    else super._onCommand(command, callback);
  }

  /** A line of the answer to EHLO: no AUTH without TLS, and the size that this very client may send. */
  #feature(line: string): string[] {
    if (line.startsWith("AUTH ") && !this.secure) return [];
    return line === "SIZE" ? [`SIZE ${this.messageBytes}`] : [line];
  }
}
