import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import * as z from "zod";
import { connectionLeaseStore } from "../../shared/accounts/connection-lease-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { documentClient, secretClient } from "../../shared/platform/aws-clients.ts";
import { systemClock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import { type CertificateSource, certificateFile, watchCertificate } from "../certificates.ts";
import { certificateSecret } from "../certificates-client.ts";
import { port } from "../listening.ts";
import { type SmtpPort, startSmtpDoor } from "./door.ts";
import type { SmtpLimits } from "./limits.ts";
import { spooledPayloads } from "./spooled-payloads.ts";

const certificateEveryMs = 5 * 60_000;
/** Longer than any message need take, shorter than the container's stop time-out. */
const stopMs = 100_000;

const settings = {
  [environmentNames.countersTable]: z.string(),
  [environmentNames.mailHost]: z.string().optional(),
  [environmentNames.smtpPort]: port.optional(),
  [environmentNames.smtpBulkPort]: port.optional(),
  [environmentNames.smtpsPort]: port.optional(),
  [environmentNames.smtpConnectionsPerAddress]: z.coerce.number().int().positive().optional(),
  [environmentNames.certificateFile]: z.string().optional(),
  [environmentNames.certificateSecretArn]: z.string().optional(),
  [environmentNames.proxyProtocol]: z.stringbool().optional(),
};

type Settings = z.infer<z.ZodObject<typeof settings>>;

/** Opens the SMTP door on the ports that the environment names; on none if it names none. */
export async function startSmtp(
  deps: Readonly<Record<Stream, AcceptDeps>>,
): Promise<{ stop(): Promise<void> }> {
  const environment = readEnvironment(settings);
  const ports = portsOf(environment);
  if (ports.length === 0) return { stop: async () => undefined };
  const source = certificateOf(environment);
  const certificate = await source.read();
  const payloads = spooledPayloads(deps.transactional.payloads);
  const spooled = {
    transactional: { ...deps.transactional, payloads },
    bulk: { ...deps.bulk, payloads },
  };
  const door = await startSmtpDoor({
    accept: (stream) => spooled[stream],
    leases: connectionLeaseStore({
      client: documentClient(),
      table: environment.COUNTERS_TABLE,
      clock: systemClock,
      processId: randomUUID(),
    }),
    certificate,
    hostName: environment.MAIL_HOST ? `smtp.${environment.MAIL_HOST}` : hostname(),
    isProxied: environment.PROXY_PROTOCOL ?? false,
    limits: limitsOf(environment),
    ports,
  });
  const unwatch = watchCertificate(source, certificate, {
    everyMs: certificateEveryMs,
    use: door.useCertificate,
  });
  return {
    stop: async () => {
      unwatch();
      await door.stop(stopMs);
    },
  };
}

function portsOf({ SMTP_PORT, SMTP_BULK_PORT, SMTPS_PORT }: Settings): SmtpPort[] {
  const host = process.env[environmentNames.listenHost];
  const usual = host === undefined ? {} : { host };
  return [
    ...(SMTP_PORT ? [{ ...usual, port: SMTP_PORT, tls: false }] : []),
    ...(SMTP_BULK_PORT ? [{ ...usual, port: SMTP_BULK_PORT, tls: false, stream: "bulk" as const }] : []),
    ...(SMTPS_PORT ? [{ ...usual, port: SMTPS_PORT, tls: true }] : []),
  ];
}

function limitsOf({ SMTP_CONNECTIONS_PER_ADDRESS }: Settings): Partial<SmtpLimits> {
  return SMTP_CONNECTIONS_PER_ADDRESS ? { connectionsPerAddress: SMTP_CONNECTIONS_PER_ADDRESS } : {};
}

function certificateOf({ CERTIFICATE_FILE, CERTIFICATE_SECRET_ARN }: Settings): CertificateSource {
  if (CERTIFICATE_FILE) return certificateFile(CERTIFICATE_FILE);
  if (CERTIFICATE_SECRET_ARN) return certificateSecret(secretClient(), CERTIFICATE_SECRET_ARN);
  throw new Error("the SMTP door needs CERTIFICATE_FILE or CERTIFICATE_SECRET_ARN");
}
