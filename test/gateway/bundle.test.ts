import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateIn } from "../../local/engines/certificate.ts";
import { freePort } from "../../local/free-port.ts";
import { type SendService, startSendService } from "../support/send-service.ts";
import { settableClock } from "../support/test-table.ts";

const run = promisify(execFile);
const dockerfile = await readFile("Dockerfile", "utf8");
let folder: string;
let service: SendService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-image-"));
  service = await startSendService(settableClock(Date.now()));
}, 60_000);
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

describe("the gateway's image", () => {
  it("takes from the repository only what is there, and runs as nobody in particular", async () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = ""]) =>
      from.split(" "),
    );
    const ignored = await readFile(".dockerignore", "utf8");
    const taken = [...ignored.matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    expect(new Set(copied)).toEqual(new Set(taken));
    expect(dockerfile).toMatch(/^FROM node:24-slim$/m);
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  it("builds, starts, serves, and ends when it is told to", async () => {
    const [, script = "", out = ""] = /^RUN node (\S+) (\S+)$/m.exec(dockerfile) ?? [];
    await run(process.execPath, [script, join(folder, out)]);
    const ports = await gatewayPorts();
    // As in the image: nothing beside the bundle, no node_modules to fall back on.
    const gateway = spawn(process.execPath, ["--enable-source-maps", "gateway.mjs"], {
      cwd: join(folder, out),
      env: { ...service.environment, ...ports, ...(await surroundings()) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const ended = once(gateway, "exit");
    await healthy(ports.HEALTH_PORT, gateway);

    const account = await service.account();
    const response = await fetch(`http://127.0.0.1:${ports.HTTP_PORT}/api/send`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.token}` },
      body: JSON.stringify({
        from: { email: `a@${account.domain}` },
        to: [{ email: "reader@example.net" }],
        subject: "S",
        text: "T",
        attachments: [{ filename: "f", content: Buffer.alloc(7_000_000).toString("base64") }],
      }),
    });
    expect(await response.json()).toMatchObject({ success: true });
    expect(service.takeJobs()[0]?.content.inline.attachments).toMatchObject([{ bytes: 7_000_000 }]);

    gateway.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }, 60_000);
});

async function gatewayPorts() {
  const names = ["HTTP_PORT", "HTTP_BULK_PORT", "HEALTH_PORT", "SMTP_PORT", "SMTPS_PORT"] as const;
  const ports = await Promise.all(names.map(async (name) => [name, String(await freePort("127.0.0.1"))]));
  return Object.fromEntries(ports) as Record<(typeof names)[number], string>;
}

async function surroundings() {
  const { cert, key } = await certificateIn(undefined);
  const CERTIFICATE_FILE = join(folder, "certificate.pem");
  await writeFile(CERTIFICATE_FILE, `${cert}${key}`);
  const { DELIVERY_QUEUE_URL: queue } = service.environment;
  return {
    CERTIFICATE_FILE,
    TRANSACTIONAL_QUEUE_URL: queue,
    BULK_QUEUE_URL: queue,
    LISTEN_HOST: "127.0.0.1",
  };
}

async function healthy(port: string, gateway: ChildProcess): Promise<void> {
  while (gateway.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error("the gateway ended before it was healthy");
}
