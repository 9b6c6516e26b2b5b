// What AWS charges for 1,000 emails beyond SES's own price, at list price: counted from the calls that the
// local cloud saw, with the capacity units that DynamoDB consumed, SQS's request units and the billed
// milliseconds of each function.
import { type LocalCloud, startLocalCloud } from "../test/support/local-cloud.ts";
import type { Calls } from "../test/support/local-control.ts";
import { post, postBatch } from "../test/support/send.ts";
import { printTable } from "./measure.ts";

// List prices of us-east-1 in dollars (aws.amazon.com/<service>/pricing), without free tiers.
const prices = {
  apiRequest: 1 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecondArm: 0.0000133334,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  sqsRequest: 0.4 / 1e6,
  snsPublish: 0.5 / 1e6,
  s3Put: 5 / 1e6,
  s3Get: 0.4 / 1e6,
};
/** SES tells of each email that it was sent and that it was delivered. */
const eventsPerEmail = 2;
/** A call to AWS from a function takes about so much longer in AWS than to an engine on the same machine. */
const networkMsPerCall = 4;
const emails = 1_000;
/** As usual accounts: from here on a process takes units by the handful, which would cost less. */
const limits = { monthLimit: 100_000, emailsPerHour: 2_999, requestsPer10Seconds: 2_999 };

const dynamoReads = new Set(["GetItem", "Query", "BatchGetItem", "Scan"]);

interface Cost {
  readonly what: string;
  readonly amount: string;
  readonly dollars: number;
}

function costsOf({ functions, calls }: Calls, requests: number): Cost[] {
  const sum = (matches: (service: string, operation: string) => boolean, by: "count" | "units") =>
    calls
      .filter(({ call }) => {
        const [service = "", operation = ""] = call.split(":");
        return !operation.endsWith("(empty)") && matches(service, operation);
      })
      .reduce((total, entry) => total + entry[by], 0);
  const reads = sum((service, operation) => service === "dynamodb" && dynamoReads.has(operation), "units");
  const writes = sum((service, operation) => service === "dynamodb" && !dynamoReads.has(operation), "units");
  const events = emails * eventsPerEmail;
  const queueRequests = Math.max(
    sum((service) => service === "sqs", "units"),
    sum((service) => service === "sqs", "count"),
  );
  const invocations = functions.reduce((total, { invocations: count }) => total + count, 0);
  const gbSeconds = functions.reduce(
    (total, { billedMs, memoryMb }) => total + (billedMs / 1000) * (memoryMb / 1024),
    0,
  );
  const networkGbSeconds = functions.reduce((total, { function: name, memoryMb }) => {
    const made = calls
      .filter((call) => call.function === name)
      .reduce((count, call) => count + call.count, 0);
    return total + ((made * networkMsPerCall) / 1000) * (memoryMb / 1024);
  }, 0);
  const puts = sum((service, operation) => service === "s3" && operation.startsWith("Put"), "count");
  const gets = sum((service, operation) => service === "s3" && operation.startsWith("Get"), "count");
  return [
    cost("API Gateway requests", requests, prices.apiRequest),
    cost("Lambda requests", invocations, prices.lambdaRequest),
    cost("Lambda GB-seconds, as measured here", gbSeconds, prices.lambdaGbSecondArm),
    cost(
      `Lambda GB-seconds, ${networkMsPerCall} ms more for each AWS call`,
      networkGbSeconds,
      prices.lambdaGbSecondArm,
    ),
    cost("DynamoDB write units", writes, prices.dynamoWriteUnit),
    cost("DynamoDB read units", reads, prices.dynamoReadUnit),
    cost("SQS requests of 64 KiB (pollers and SNS included)", queueRequests + events, prices.sqsRequest),
    cost("SNS publishes", events, prices.snsPublish),
    cost("S3 PUT", puts, prices.s3Put),
    cost("S3 GET", gets, prices.s3Get),
  ];
}

function cost(what: string, amount: number, price: number): Cost {
  return { what, amount: amount.toFixed(amount % 1 === 0 ? 0 : 2), dollars: amount * price };
}

async function arrivals({ urls }: LocalCloud, count: number): Promise<void> {
  const patience = performance.now() + 120_000;
  for (;;) {
    const response = await fetch(`${urls.mailbox}/api/email/summary?limit=1`);
    const { total } = (await response.json()) as { total: number };
    if (total >= count) return;
    if (performance.now() > patience) throw new Error(`only ${total} of ${count} arrived`);
    await pause();
  }
}

const pause = () => new Promise((resume) => setTimeout(resume, 50));

async function measured(cloud: LocalCloud, arrived: number, send: () => Promise<number>): Promise<Cost[]> {
  await fetch(`${cloud.urls.api}/_local/calls`, { method: "DELETE" });
  const requests = await send();
  await arrivals(cloud, arrived);
  while (!(await cloud.queuesIdle())) await pause();
  return costsOf(await cloud.calls(), requests);
}

const cloud = await startLocalCloud();
try {
  await fetch(`${cloud.urls.api}/_local/calls`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ countCapacity: true }),
  });
  const content = { subject: "Receipt 771", text: "Paid in full.", html: "<p>Paid in full.</p>" };
  const to = (place: number) => ({ to: [{ email: `reader${place}@example.net` }] });

  const single = async () => {
    const { token, domain } = await cloud.newAccount(limits);
    const from = { email: `hello@${domain}` };
    // One after the other, as a function in AWS meets them: those of a crowd would share calls here.
    for (let place = 0; place < emails; place += 1) {
      const { status } = await post(cloud, { from, ...content, ...to(place) }, { token });
      if (status !== 200) throw new Error(`answer ${status}`);
    }
    return emails;
  };
  const batches = async () => {
    const { token, domain } = await cloud.newAccount(limits);
    const from = { email: `hello@${domain}` };
    for (const half of [0, 1]) {
      const requests = Array.from({ length: emails / 2 }, (_, place) => to(half * 500 + place));
      const { status } = await postBatch(cloud, { base: { from, ...content }, requests }, { token });
      if (status !== 200) throw new Error(`answer ${status}`);
    }
    return 2;
  };

  await measured(cloud, emails, single); // warms the functions up
  const scenarios = [
    ["single sends", await measured(cloud, 2 * emails, single)],
    ["batches of 500", await measured(cloud, 3 * emails, batches)],
  ] as const;
  for (const [name, costs] of scenarios) {
    const total = costs.reduce((sum, { dollars }) => sum + dollars, 0);
    console.log(`\n1,000 emails by ${name}: $${total.toFixed(4)} beyond SES's own price\n`);
    printTable(
      ["what", "amount", "dollars"],
      costs.map(({ what, amount, dollars }) => [what, amount, dollars.toFixed(5)]),
    );
  }
  console.log(
    "\nNot counted, as it does not grow with the emails: idle polling (about $0.26 a month for each",
  );
  console.log("queue), alarms, the dashboard, KMS keys and secrets; nor CloudWatch Logs, X-Ray and traffic.");
} finally {
  await cloud.stop();
}
