// How many messages a second the SMTP door takes, beside Postfix and Haraka on this machine: one load client for
// all, in TLS, and each server keeps a message durably before it answers 250. None of them delivers.
import { printTable } from "./measure.ts";
import { startHaraka } from "./smtp/haraka.ts";
import { greets, type Measured, measure } from "./smtp/load.ts";
import { type MailServer, Skipped } from "./smtp/mail-server.ts";
import { startPostern } from "./smtp/postern.ts";
import { startPostfix } from "./smtp/postfix.ts";

const connections = 10;
const kilobytes = [1, 10, 100];
const warmUpSeconds = 2;
const seconds = 5;

const servers: MailServer[] = [];
try {
  const starters = [() => startPostern({ waits: true }), () => startPostern({ waits: false })];
  for (const start of [...starters, startPostfix, startHaraka]) await take(start);

  const rows: string[][] = [];
  for (const size of kilobytes) {
    // One after the other, size by size, so that what else the machine does meets them alike.
    for (const server of servers) {
      const load = { bytes: size * 1_000, connections };
      await measure(server, { ...load, seconds: warmUpSeconds });
      rows.push([`${size} KB`, server.name, ...figures(await measure(server, { ...load, seconds }))]);
    }
  }
  printTable(["size", "server", "messages/s", "p50", "p99", "refused", "load client"], rows);
  console.log(`
${connections} connections, STARTTLS, ${seconds} s each after ${warmUpSeconds} s of warming up; p50 and p99 from a
message's last byte to its reply. Load client: its own share of one processor, and its time for a message.
"Postern": the queue waits for the disk at every commit, as the servers beside it do. "No fsync" is the local
cloud's usual promise: what it has answered outlives the processes, but not a machine that loses power.`);
} finally {
  await Promise.allSettled(servers.map((server) => server.stop()));
}

async function take(start: () => Promise<MailServer>): Promise<void> {
  try {
    const server = await start();
    servers.push(server);
    await greets(server);
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    console.log(`Skipped: ${error.message}`);
  }
}

function figures({ messages, seconds: taken, latencies, refused, clientSeconds }: Measured): string[] {
  const quantile = (share: number) =>
    `${(latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(1)} ms`;
  return [
    (messages / taken).toFixed(0),
    quantile(0.5),
    quantile(0.99),
    String(refused),
    `${((clientSeconds / taken) * 100).toFixed(0)} %, ${((clientSeconds * 1e6) / messages).toFixed(0)} µs`,
  ];
}
