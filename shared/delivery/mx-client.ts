import type { MxRecord } from "node:dns";
import mxConnect from "mx-connect";
import nodemailer from "nodemailer";
import type { Mime } from "../mail/mime.ts";
import { replyIn } from "./bounce-category.ts";
import { type SmtpAnswer, type SmtpHop, smtpTimeouts } from "./relay-client.ts";
import { type SmtpEnvelope, sendMime } from "./send-mime.ts";
import { outcomeOfSmtpError } from "./smtp-errors.ts";

export type DnsLookup = (name: string, type: string) => Promise<(string | MxRecord | string[])[]>;

export interface MxHopDeps {
  /** What this host calls itself (EHLO). */
  readonly ownName: string;
  /** The internet's 25, unless a test or a private network says otherwise. */
  readonly port?: number;
  readonly lookup?: DnsLookup;
  /** Lets mail go to loopback and private addresses, which a recipient's DNS could point at. */
  readonly allowPrivate?: boolean;
}

/** Straight to the recipient's own server, by the MX records of the domain (RFC 5321 §5.1). */
export function mxHop(deps: MxHopDeps): SmtpHop {
  return {
    async send(envelope, mime) {
      const found = await connect(deps, envelope.to).catch(outcomeOfConnectError);
      if ("kind" in found) return found;
      return await converse(deps, found, envelope, mime);
    },
  };
}

function connect({ port = 25, ownName, lookup, allowPrivate = false }: MxHopDeps, recipient: string) {
  return mxConnect({
    target: recipient,
    port,
    maxConnectTime: smtpTimeouts.connectionTimeout,
    localHostname: ownName,
    dnsOptions: {
      blockLocalAddresses: !allowPrivate,
      blockReservedNetworks: !allowPrivate,
      ...(lookup && { resolveRecords: lookup }),
    },
  });
}

async function converse(
  { ownName }: MxHopDeps,
  { socket, hostname }: Awaited<ReturnType<typeof connect>>,
  envelope: SmtpEnvelope,
  mime: Mime,
): Promise<SmtpAnswer> {
  const transport = nodemailer.createTransport({
    connection: socket,
    host: hostname,
    name: ownName,
    // Between mail servers TLS is opportunistic (RFC 7435): a certificate that does not verify still
    // keeps out who only listens, and plain text would not.
    opportunisticTLS: true,
    tls: { rejectUnauthorized: false, servername: hostname },
    ...smtpTimeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const response = await sendMime(transport, envelope, mime);
    return { kind: "accepted", delivered: { ...replyIn(response), recipientMx: hostname } };
  } catch (error) {
    const outcome = outcomeOfSmtpError(error, "recipient");
    return "reply" in outcome ? { ...outcome, reply: { ...outcome.reply, recipientMx: hostname } } : outcome;
  } finally {
    transport.close();
    socket.destroy();
  }
}

/** No server of the recipient's could be reached; the library says whether that may change. */
function outcomeOfConnectError(thrown: unknown): SmtpAnswer {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const isTemporary = "temporary" in error && error.temporary === true;
  const reason = ("response" in error ? String(error.response) : error.message).slice(0, 500);
  return { kind: isTemporary ? "temporary" : "refused", reason, reply: replyIn(reason) };
}
