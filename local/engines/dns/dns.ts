import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet } from "dns-packet";
import { answersTo } from "./answers.ts";
import { type DnsFault, type DnsRecords, dnsRecords } from "./dns-records.ts";
import { asName } from "./record.ts";

const responseCodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;

/** The local world's only name server. It asks nobody else: what it does not know does not exist. */
export interface LocalDns {
  /** Address and port, as a resolver's `setServers` takes them. */
  readonly address: string;
  readonly records: DnsRecords;
  stop(): Promise<void>;
}

/** @param options.port UDP; 0, the default, takes a free one */
export async function startDns(options: { port?: number; dataDir?: string } = {}): Promise<LocalDns> {
  const records = dnsRecords(options.dataDir);
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const answer = replyTo(query, records);
    if (answer) socket.send(answer, port, address);
  });
  // A client that has gone away must not end the server.
  socket.on("error", () => undefined);
  await bind(socket, options.port ?? 0);
  return {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    stop: async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, "127.0.0.1", () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

/** Undefined where the answer is silence: to what is no question, and for a name that is made to fail so. */
function replyTo(query: Buffer, records: DnsRecords): Buffer | undefined {
  const packet = questionIn(query);
  const [question] = packet?.questions ?? [];
  if (packet === undefined || question === undefined) return undefined;
  const fault = faultOf(records, asName(question.name));
  if (fault === "silent") return undefined;
  if (fault === "servfail") return reply(packet, "SERVFAIL", []);
  const { exists, answers } = answersTo(question, records);
  return reply(packet, exists ? "NOERROR" : "NXDOMAIN", answers);
}

function questionIn(query: Buffer): Packet | undefined {
  try {
    const packet = decode(query);
    return packet.type === "query" ? packet : undefined;
  } catch {
    return undefined;
  }
}

function reply({ id, questions }: Packet, code: keyof typeof responseCodes, answers: Answer[]): Buffer {
  const flags = AUTHORITATIVE_ANSWER | responseCodes[code];
  return encode({ type: "response", id: id ?? 0, flags, questions: questions ?? [], answers });
}

function faultOf({ faults }: DnsRecords, name: string): DnsFault | undefined {
  return [...faults].find(([failing]) => name === failing || name.endsWith(`.${failing}`))?.[1];
}
