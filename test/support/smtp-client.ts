import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";

/** A reply of the server: its lines without their ends. */
export interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
  /** Its last line, code included. */
  readonly text: string;
}

/** A client that says just what it is told to, byte by byte. */
export class SmtpClient {
  #socket: Socket | TLSSocket;
  #read = "";
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket | TLSSocket) {
    this.#socket = socket;
    this.#listen();
  }

  static async connect(port: number, before: Buffer = Buffer.alloc(0)): Promise<SmtpClient> {
    const socket = connect({ port, host: "127.0.0.1" });
    await once(socket, "connect");
    if (before.length > 0) socket.write(before);
    return new SmtpClient(socket);
  }

  static async connectTls(port: number, options: ConnectionOptions = {}): Promise<SmtpClient> {
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
    await once(socket, "secureConnect");
    return new SmtpClient(socket);
  }

  /** The next reply; one with code 0 when the server has closed. */
  async reply(): Promise<Reply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line();
      if (line === undefined) return { code: 0, lines, text: "" };
      lines.push(line);
      if (line[3] !== "-") return { code: Number(line.slice(0, 3)), lines, text: line };
    }
  }

  write(data: string | Buffer): void {
    this.#socket.write(data);
  }

  /** Writes and waits until the network has taken it. */
  async writeAll(data: string | Buffer): Promise<void> {
    if (!this.#socket.write(data)) await once(this.#socket, "drain");
  }

  /** Sends a command line and reads its reply. */
  async say(line: string): Promise<Reply> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** Sends several command lines one after the other and reads the last one's reply. */
  async sayAll(...lines: string[]): Promise<Reply> {
    let last: Reply = { code: 0, lines: [], text: "" };
    for (const line of lines) last = await this.say(line);
    return last;
  }

  /** Goes on in TLS, without any command. */
  async upgrade(options: ConnectionOptions = {}): Promise<void> {
    this.#socket.removeAllListeners("data");
    const socket = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options });
    await once(socket, "secureConnect");
    this.#socket = socket;
    this.#listen();
  }

  /** All that the server says until it closes. */
  async rest(): Promise<string> {
    while (!this.#isOver) await this.#more();
    return this.#read;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on("data", (bytes: Buffer) => {
      this.#read += bytes.toString();
      this.#wake();
    });
    for (const event of ["close", "error", "end"]) {
      this.#socket.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
    }
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#read.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#read.slice(0, end);
        this.#read = this.#read.slice(end + 2);
        return line;
      }
      if (this.#isOver) return undefined;
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
