import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { type Certificate, certificateIn } from "./engines/certificate.ts";
import { freePort } from "./free-port.ts";
import { requireFreePort } from "./http/listener.ts";
import type { CloudOptions } from "./options.ts";
import type { StateFolder } from "./state-folder.ts";

/** How the gateway runs on this machine: its environment differs from the container's in this. */
export interface GatewayPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: string;
  readonly smtp: Readonly<Record<"port" | "bulkPort" | "tlsPort", number>>;
  readonly http: Readonly<Record<"send" | "bulk", number>>;
  /** The same for who calls it: names, address, ports, and the authority to trust, as JSON. */
  readonly smtpDoor: string;
  /** What the local CloudFront shows. */
  readonly originSecret: string;
}

/** Finds ports and makes the certificate. @throws Error that says which setting changes a port that is in use */
export async function gatewayPlace({ host, ports }: CloudOptions, state: StateFolder): Promise<GatewayPlace> {
  const at = (port: number, setting: string) => claimed(port, { host, setting });
  const port = await at(ports.smtp, "SMTP_PORT");
  const bulkPort = await at(ports.smtpBulk, "SMTP_BULK_PORT");
  const tlsPort = await at(ports.smtps, "SMTPS_PORT");
  const http = { send: await freePort(host), bulk: await freePort(host) };
  const certificate = await certificateIn(`${state.data}/gateway-certificate.json`);
  await writeCertificate(state.certificate, certificate);
  const originSecret = randomBytes(16).toString("hex");
  return {
    host,
    smtp: { port, bulkPort, tlsPort },
    smtpDoor: JSON.stringify({
      ...{
        hosts: ["live.localhost", "bulk.localhost"],
        address: host === "0.0.0.0" ? "127.0.0.1" : host,
        starttls: port,
        tls: tlsPort,
        authority: certificate.cert,
      },
    }),
    http,
    originSecret,
    environment: {
      LISTEN_HOST: host,
      SMTP_PORT: String(port),
      SMTP_BULK_PORT: String(bulkPort),
      SMTPS_PORT: String(tlsPort),
      HTTP_PORT: String(http.send),
      HTTP_BULK_PORT: String(http.bulk),
      HEALTH_PORT: String(await freePort(host)),
      CERTIFICATE_FILE: state.certificate,
      CERTIFICATE_SECRET_ARN: undefined,
      PROXY_PROTOCOL: undefined,
      ORIGIN_SECRET: originSecret,
    },
  };
}

async function claimed(port: number, where: { host: string; setting: string }): Promise<number> {
  if (port === 0) return freePort(where.host);
  await requireFreePort(port, where);
  return port;
}

function writeCertificate(file: string, { cert, key }: Certificate): Promise<void> {
  return writeFile(file, `${cert}${key}`, { mode: 0o600 });
}
