import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { certificateIn } from "./certificate.ts";
import type { Deliver } from "./mail.ts";
import type { SmtpFaults } from "./smtp-faults.ts";

const maxMessageSize = 48 * 1024 * 1024;

type Done = (error?: Error | null) => void;

/** The internet behind the SMTP route: a relay (with AUTH) and every recipient's MX (without) in one. */
export interface SmtpSink {
  host: string;
  port: number;
  user: string;
  password: string;
  /** PEM of the self-made certificate that STARTTLS presents, for who wants to verify it. */
  certificate: string;
  stop(): Promise<void>;
}

interface Sink {
  mailbox: { deliver: Deliver };
  faults: SmtpFaults;
  /** Open connections by the client's port, to be cut by faults and at the end. */
  sockets: Map<number, Socket>;
}

/** Starts the sink on loopback; with `dataDir` its certificate stays the same over restarts. */
export async function startSmtpSink(options: {
  mailbox: { deliver: Deliver };
  faults: SmtpFaults;
  port?: number;
  dataDir?: string;
}): Promise<SmtpSink> {
  const { mailbox, faults, port = 0, dataDir } = options;
  const certificate = await certificateIn(dataDir ? join(dataDir, "smtp-certificate.json") : undefined);
  const login = { user: "postern", password: randomBytes(12).toString("base64url") };
  const sink: Sink = { mailbox, faults, sockets: new Map() };
  const server = smtpServer(sink, login, certificate);
  server.server.on("connection", (socket) => trackSocket(sink, socket));
  await once(server.listen(port, "127.0.0.1"), "listening");
  return {
    host: "127.0.0.1",
    port: (server.server.address() as AddressInfo).port,
    ...login,
    certificate: certificate.cert,
    stop: () => stop(server, sink),
  };
}

function smtpServer(
  sink: Sink,
  login: { user: string; password: string },
  certificate: { key: string; cert: string },
): SMTPServer {
  const server = new SMTPServer({
    ...certificate,
    name: "localhost",
    logger: false,
    size: maxMessageSize,
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      username === login.user && password === login.password
        ? done(null, { user: username })
        : done(replyError(535, "5.7.8 Authentication credentials invalid")),
    onConnect: (session, done) => onConnect(sink, session, done),
    onRcptTo: ({ address }, _session, done) => onRecipient(sink, address, done),
    onData: (stream, session, done) => {
      onMessage(sink, stream, session).then((answer) => answer && done(answer.error ?? null), done);
    },
  });
  // A client that hangs up in the middle is its own business.
  server.on("error", () => undefined);
  return server;
}

function onConnect({ faults, sockets }: Sink, session: SMTPServerSession, done: Done): void {
  if (faults.strike(["refuse-connection"], [])) {
    sockets.get(session.remotePort)?.resetAndDestroy();
    return;
  }
  if (strikesAt(faults, "connect", [])) return;
  done();
}

function onRecipient({ faults }: Sink, address: string, done: Done): void {
  const fault = strikesAt(faults, "rcpt", [address]);
  if (fault?.effect === "timeout") return;
  done(fault ? replyError(fault.code, fault.text) : null);
}

/** The reply to the message; none where a fault keeps the sender from learning it. */
async function onMessage(
  { mailbox, faults, sockets }: Sink,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<{ error?: Error } | undefined> {
  const raw = await buffer(stream);
  const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
  const to = session.envelope.rcptTo.map(({ address }) => address);
  if (stream.sizeExceeded) return { error: replyError(552, "5.3.4 Message too big") };
  const fault = strikesAt(faults, "data", to);
  if (fault?.effect === "timeout") return undefined;
  if (fault) return { error: replyError(fault.code, fault.text) };
  await mailbox.deliver({ from, to, raw });
  if (!faults.strike(["drop-after-data"], to)) return {};
  sockets.get(session.remotePort)?.destroy();
  return undefined;
}

function strikesAt(faults: SmtpFaults, stage: "connect" | "rcpt" | "data", recipients: string[]) {
  return faults.strike(["reply", "timeout"], recipients, (rule) => rule.stage === stage);
}

function replyError(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

function trackSocket({ sockets }: Sink, socket: Socket): void {
  const port = socket.remotePort;
  if (port === undefined) return;
  sockets.set(port, socket);
  socket.once("close", () => sockets.delete(port));
}

async function stop(server: SMTPServer, { sockets }: Sink): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(resolve));
  for (const socket of sockets.values()) socket.destroy();
  await closed;
}
