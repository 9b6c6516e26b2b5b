import { isIP } from "node:net";

/** Whom a load balancer speaks for; nobody where it speaks for itself (its health checks). */
export interface ProxiedClient {
  readonly address: string;
  readonly port: number;
}

/** The header at the beginning of some bytes, or what is wrong with them: too few yet, or no header. */
export type ProxyHeader =
  | { readonly kind: "header"; readonly bytes: number; readonly client: ProxiedClient | undefined }
  | { readonly kind: "incomplete" }
  | { readonly kind: "invalid" };

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const fixedBytes = 16;
/** The load balancer's own fields (VPC endpoint id, CRC) fit many times. */
const longestV2 = 4_096;
/** With CR and LF; the protocol's text, §2.1. */
const longestV1 = 107;

const families = {
  17: { addressBytes: 4, addresses: 12 },
  33: { addressBytes: 16, addresses: 36 },
} as const;

/**
 * Reads the header of the PROXY protocol, version 1 or 2, from what a connection has brought so far
 * (haproxy.org/download/3.0/doc/proxy-protocol.txt).
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const seen = Math.min(bytes.length, signature.length);
  if (bytes.subarray(0, seen).equals(signature.subarray(0, seen))) {
    return bytes.length < fixedBytes ? { kind: "incomplete" } : parseV2(bytes);
  }
  return parseV1(bytes);
}

function parseV2(bytes: Buffer): ProxyHeader {
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const length = fixedBytes + bytes.readUInt16BE(14);
  if ((command !== 0x20 && command !== 0x21) || length > longestV2) return { kind: "invalid" };
  if (bytes.length < length) return { kind: "incomplete" };
  // LOCAL (0x20), and families without an address: the connection is the load balancer's own.
  if (command === 0x20 || !(family in families)) return { kind: "header", bytes: length, client: undefined };
  const { addressBytes, addresses } = families[family as keyof typeof families];
  if (length < fixedBytes + addresses) return { kind: "invalid" };
  const address = addressOf(bytes.subarray(fixedBytes, fixedBytes + addressBytes));
  const port = bytes.readUInt16BE(fixedBytes + 2 * addressBytes);
  return { kind: "header", bytes: length, client: { address, port } };
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join(".");
  const groups = Array.from({ length: 8 }, (_, place) => bytes.readUInt16BE(2 * place).toString(16));
  return groups.join(":");
}

function parseV1(bytes: Buffer): ProxyHeader {
  const text = bytes.subarray(0, longestV1).toString("latin1");
  const end = text.indexOf("\r\n");
  if (end < 0) {
    const mayBecome = text.startsWith("PROXY ") || "PROXY ".startsWith(text);
    return { kind: mayBecome && text.length < longestV1 ? "incomplete" : "invalid" };
  }
  const [name, family, source = "", , port = ""] = text.slice(0, end).split(" ");
  if (name !== "PROXY") return { kind: "invalid" };
  if (family === "UNKNOWN") return { kind: "header", bytes: end + 2, client: undefined };
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : undefined;
  const isSound = version !== undefined && isIP(source) === version && /^\d{1,5}$/.test(port);
  if (!isSound) return { kind: "invalid" };
  return { kind: "header", bytes: end + 2, client: { address: source, port: Number(port) } };
}
