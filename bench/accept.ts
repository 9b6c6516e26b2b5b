// How many requests a second the door accepts, and how many emails a second arrive, through the local
// cloud on this machine: requests by 50 keep-alive connections, workers running all the while.
import autocannon from "autocannon";
import { type LocalCloud, startLocalCloud } from "../test/support/local-cloud.ts";
import { printTable } from "./measure.ts";

const connections = 50;
const warmUpRequests = 2_000;
const acceptSeconds = 10;
const endToEndEmails = 6_000;
const unlimited = 10_000_000;

const cloud = await startLocalCloud();
try {
  const customer = await cloud.newAccount({
    monthLimit: unlimited,
    emailsPerHour: unlimited,
    requestsPer10Seconds: unlimited,
  });
  const load = {
    url: `${cloud.urls.send}/api/send`,
    method: "POST" as const,
    connections,
    headers: { authorization: `Bearer ${customer.token}`, "content-type": "application/json" },
    body: JSON.stringify({
      from: { email: `hello@${customer.domain}` },
      to: [{ email: "reader@example.net" }],
      subject: "Receipt 771",
      text: "Paid in full.",
      html: "<p>Paid in full.</p>",
    }),
  };

  await autocannon({ ...load, amount: warmUpRequests });
  await arrivals(cloud, warmUpRequests);

  const accepting = await autocannon({ ...load, duration: acceptSeconds });
  await arrivals(cloud, warmUpRequests + accepting["2xx"]);

  const before = await mailsIn(cloud);
  const started = performance.now();
  const sending = await autocannon({ ...load, amount: endToEndEmails });
  const accepted = performance.now();
  await arrivals(cloud, before + sending["2xx"]);
  const arrived = performance.now();

  printTable(
    ["what", "figure"],
    [
      [
        "accepted requests/s (50 connections, workers running)",
        perSecond(accepting["2xx"], accepting.duration * 1000),
      ],
      ["  latency p50 / p99", `${accepting.latency.p50} ms / ${accepting.latency.p99} ms`],
      ["  answers other than 200", String(accepting.non2xx + accepting.errors)],
      [
        `end to end: ${endToEndEmails} emails, from first request to last arrival`,
        `${perSecond(sending["2xx"], arrived - started)} emails/s`,
      ],
      [
        "  of which accepting took",
        `${((accepted - started) / 1000).toFixed(1)} s of ${((arrived - started) / 1000).toFixed(1)} s`,
      ],
    ],
  );
} finally {
  await cloud.stop();
}

function perSecond(count: number, milliseconds: number): string {
  return (count / (milliseconds / 1000)).toFixed(0);
}

async function mailsIn({ urls }: LocalCloud): Promise<number> {
  const response = await fetch(`${urls.mailbox}/api/email/summary?limit=1`);
  return ((await response.json()) as { total: number }).total;
}

/** Done when the mailbox holds so many mails. */
async function arrivals(of: LocalCloud, count: number): Promise<void> {
  const patience = performance.now() + 120_000;
  while ((await mailsIn(of)) < count) {
    if (performance.now() > patience) throw new Error(`only ${await mailsIn(of)} of ${count} arrived`);
    // Counting costs the mailbox a look at each mail, on the same processors.
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
