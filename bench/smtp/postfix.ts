import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { certificateIn } from "../../local/engines/certificate.ts";
import { freePort } from "../../local/free-port.ts";
import { type MailServer, Skipped } from "./mail-server.ts";

const run = promisify(execFile);

/**
 * The machine's own Postfix with a configuration, a queue and a port of its own. Each message goes to the hold
 * queue, whose files `cleanup` syncs before it answers, and stays there.
 *
 * @throws Skipped where there is no Postfix, or nobody who may start it
 */
export async function startPostfix(): Promise<MailServer> {
  const version = await run("postconf", ["-d", "-h", "mail_version"]).catch(() => undefined);
  if (!version) throw new Skipped("Postfix is not installed (Debian: apt-get install postfix)");
  if (process.getuid?.() !== 0) throw new Skipped("Postfix needs root to start");
  const folder = await mkdtemp(join(tmpdir(), "postern-bench-postfix-"));
  // Its daemons run as a user of their own.
  await chmod(folder, 0o755);
  const port = await freePort("127.0.0.1");
  await configure(folder, port);
  await run("postfix", ["-c", folder, "start"]);
  return {
    name: `Postfix ${version.stdout.trim()}`,
    port,
    senderDomain: "customer1.example",
    messagesPerConnection: Number.POSITIVE_INFINITY,
    stop: async () => {
      await run("postfix", ["-c", folder, "stop"]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function configure(folder: string, port: number): Promise<void> {
  const { cert, key } = await certificateIn(undefined);
  await writeFile(join(folder, "tls.pem"), key + cert, { mode: 0o600 });
  await mkdir(join(folder, "queue"));
  await mkdir(join(folder, "data"));
  await run("chown", ["postfix", join(folder, "data")]);
  await writeFile(
    join(folder, "main.cf"),
    `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
myhostname = postfix.bench.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_restrictions = check_client_access static:HOLD
smtpd_client_connection_count_limit = 0
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/tls.pem
`,
  );
  await writeFile(
    join(folder, "master.cf"),
    `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
`,
  );
}
