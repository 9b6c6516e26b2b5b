import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { certificateIn } from "../../local/engines/certificate.ts";
import { freePort } from "../../local/free-port.ts";
import { type MailServer, Skipped } from "./mail-server.ts";

const version = "3.3.4";
const installMs = 60_000;
const run = promisify(execFile);

/**
 * Haraka in one process, as it runs unless told otherwise. Its own outbound queue does not wait for the disk, so
 * that a plugin of ours keeps the messages.
 *
 * @throws Skipped where npm cannot fetch it
 */
export async function startHaraka(): Promise<MailServer> {
  const installed = await install();
  const folder = await mkdtemp(join(tmpdir(), "postern-bench-haraka-"));
  const port = await freePort("127.0.0.1");
  await configure(folder, { installed, port });
  const child = spawn(process.execPath, [join(installed, "bin/haraka"), "-c", folder], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { PATH: process.env["PATH"], SPOOL: join(folder, "spool") },
  });
  return {
    name: `Haraka ${version}`,
    port,
    senderDomain: "customer1.example",
    messagesPerConnection: Number.POSITIVE_INFINITY,
    stop: async () => {
      const exit = once(child, "exit");
      if (child.kill("SIGKILL")) await exit;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Kept from one run to the next; too large to be one of the project's own packages. */
async function install(): Promise<string> {
  const folder = join(tmpdir(), `postern-bench-haraka-${version}`);
  const haraka = join(folder, "node_modules/Haraka");
  if (await readFile(join(haraka, "package.json")).catch(() => undefined)) return haraka;
  await mkdir(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"];
  try {
    await run("npm", [...args, `Haraka@${version}`], { timeout: installMs });
  } catch {
    throw new Skipped(`npm could not fetch Haraka ${version}`);
  }
  return haraka;
}

async function configure(
  folder: string,
  { installed, port }: { installed: string; port: number },
): Promise<void> {
  const { cert, key } = await certificateIn(undefined);
  for (const name of ["plugins", "spool"]) await mkdir(join(folder, name));
  await cp(join(installed, "config"), join(folder, "config"), { recursive: true });
  await copyFile(join(import.meta.dirname, "haraka-spool.cjs"), join(folder, "plugins/haraka-spool.js"));
  // TLS 1.3 has no use for them, but without them Haraka looks for a prime of its own for minutes.
  const { stdout: dhparams } = await run("openssl", [
    ...["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"],
  ]);
  const files = {
    "dhparams.pem": dhparams,
    me: "haraka.bench.example\n",
    plugins: "tls\nharaka-spool\n",
    "smtp.ini": `listen=127.0.0.1:${port}\n`,
    "log.ini": "[main]\nlevel=error\n",
    "tls.ini": "key=key.pem\ncert=cert.pem\n",
    "key.pem": key,
    "cert.pem": cert,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "config", name), text);
}
