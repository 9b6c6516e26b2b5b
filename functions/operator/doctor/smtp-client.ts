import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { connect, type TLSSocket } from "node:tls";
import * as z from "zod";

const doorSchema = z.object({
  /** By these names its certificate knows the streams. */
  hosts: z.array(z.string()),
  /** In place of these names. */
  address: z.string(),
  starttls: z.number(),
  tls: z.number(),
  /** PEM of an authority to trust besides the usual ones. */
  authority: z.string(),
});

/** Where the SMTP door is, where its hosts' names do not say so. */
export type SmtpDoor = z.infer<typeof doorSchema>;

export function smtpDoorFrom(json: string | undefined): SmtpDoor | undefined {
  return json === undefined ? undefined : doorSchema.parse(JSON.parse(json));
}

/** The server's word, in place of what it should have said. */
export class UnexpectedReply extends Error {
  override readonly name = "UnexpectedReply";
}

export interface SmtpCall {
  /** Which the certificate is to be for. */
  readonly host: string;
  readonly door: SmtpDoor | undefined;
  readonly how: "starttls" | "tls";
  readonly patienceMs: number;
}

/** Ports that mail programs use, and that AWS blocks for nobody. */
const ports = { starttls: 587, tls: 465 } as const;

/**
 * Calls an SMTP host until it has shown its certificate, whatever that is, and hangs up.
 *
 * @returns what `look` says of the connection
 * @throws Error of the network, or `UnexpectedReply`
 */
export async function callSmtp<Said>(
  { host, door, how, patienceMs }: SmtpCall,
  look: (socket: TLSSocket) => Said,
): Promise<Said> {
  const signal = AbortSignal.timeout(patienceMs);
  const place = { host: door?.address ?? host, port: door?.[how] ?? ports[how] };
  const trust = door === undefined ? {} : { ca: [door.authority] };
  // Looked at by the caller, who can say what is wrong with it.
  const usual = { servername: host, rejectUnauthorized: false, ...trust };
  const plain = how === "starttls" ? createConnection(place) : undefined;
  let socket: TLSSocket | undefined;
  try {
    if (plain !== undefined) await askForTls(plain, signal);
    socket = plain === undefined ? connect({ ...usual, ...place }) : connect({ ...usual, socket: plain });
    await once(socket, "secureConnect", { signal });
    return look(socket);
  } finally {
    socket?.destroy();
    plain?.destroy();
  }
}

/** RFC 3207 §4: greeting, EHLO, STARTTLS. */
async function askForTls(socket: Socket, signal: AbortSignal): Promise<void> {
  await once(socket, "connect", { signal });
  const lines = createInterface({ input: socket, signal });
  const said = lines[Symbol.asyncIterator]();
  const expect = async (code: string) => {
    for (;;) {
      const { value, done } = await said.next();
      signal.throwIfAborted();
      if (done === true) throw new UnexpectedReply("it hangs up");
      if (!value.startsWith(code)) throw new UnexpectedReply(`it says ${value}`);
      // A dash behind the code: more lines follow.
      if (value[code.length] !== "-") return;
    }
  };
  await expect("220");
  socket.write("EHLO doctor.invalid\r\n");
  await expect("250");
  socket.write("STARTTLS\r\n");
  await expect("220");
  lines.close();
}
