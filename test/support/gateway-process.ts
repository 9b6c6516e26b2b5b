import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateIn } from "../../local/engines/certificate.ts";
import type { SendService } from "./send-service.ts";

const gateway = new URL("../../gateway/main.ts", import.meta.url).pathname;
const dockerfile = await readFile(new URL("../../Dockerfile", import.meta.url), "utf8");
const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
const flags = command.filter((word) => word.startsWith("--"));

export interface GatewayProcess {
  readonly smtpPort: number;
  readonly smtpsPort: number;
  readonly httpPort: number;
  readonly healthPort: number;
  readonly process: ChildProcess;
  /** Ends it at once, as a machine that fails does. */
  kill(): Promise<void>;
}

const folder = await mkdtemp(join(tmpdir(), "postern-gateway-"));
const { cert, key } = await certificateIn(undefined);
await writeFile(join(folder, "tls.pem"), cert + key);

/** Starts the gateway from its source, with the flags that the container gives it, over the tables and queues of a send service. */
export async function startGateway(
  { environment }: Pick<SendService, "environment">,
  more: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const [smtpPort = 0, smtpsPort = 0, httpPort = 0, bulkPort = 0, healthPort = 0] = await freePorts(5);
  const child = spawn(process.execPath, [...flags, gateway], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      PATH: process.env["PATH"],
      ...environment,
      TRANSACTIONAL_QUEUE_URL: environment.DELIVERY_QUEUE_URL,
      BULK_QUEUE_URL: environment.DELIVERY_QUEUE_URL,
      CERTIFICATE_FILE: join(folder, "tls.pem"),
      LISTEN_HOST: "127.0.0.1",
      SMTP_PORT: String(smtpPort),
      SMTPS_PORT: String(smtpsPort),
      HTTP_PORT: String(httpPort),
      HTTP_BULK_PORT: String(bulkPort),
      HEALTH_PORT: String(healthPort),
      POWERTOOLS_LOG_LEVEL: "ERROR",
      ...more,
    },
  });
  await healthy(child, healthPort);
  const kill = async (): Promise<void> => {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  return { smtpPort, smtpsPort, httpPort, healthPort, process: child, kill };
}

async function healthy(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
