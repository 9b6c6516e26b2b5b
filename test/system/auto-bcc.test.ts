import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { itemsOf } from "../support/local-tables.ts";
import { officialClient } from "../support/official-client.ts";
import { post, postBatch } from "../support/send.ts";

const crm = "crm@example.org";
const gone = "gone@example.org";
let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

it("copies what comes by the API, in batches and by SMTP, each as a message that is billed", async () => {
  const client = officialClient(cloud);
  const sending_stream = "transactional" as const;
  await client.suppressions.create({ email: gone, domain_id: cloud.domainId, sending_stream });
  const answer = await fetch(`${cloud.urls.api}/api/domains/${cloud.domainId}/auto_bcc`, {
    method: "PUT",
    headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
    body: JSON.stringify({ auto_bcc: { emails: [crm, gone], headers: { "X-Copy": "crm" } } }),
  });
  expect(answer.status).toBe(200);
  const before = (await cloud.usage()).used;

  const usual = { from: { email: `hello@${cloud.domain}` }, subject: "Receipt", text: "Paid" };
  const one = await post(cloud, { ...usual, to: [{ email: "api@example.net" }] });
  const requests = [{ to: [{ email: "batch@example.net" }] }];
  const batch = await postBatch(cloud, { base: usual, requests });
  await sendBySmtp("smtp@example.net");

  expect(one.body.message_ids).toHaveLength(1);
  expect(batch.body.responses?.map(({ message_ids }) => message_ids?.length)).toEqual([1]);
  expect((await cloud.usage()).used - before).toBe(9);
  await eventually(async () => expect(await cloud.mailbox()).toHaveLength(6));
  for (const mail of await cloud.mailbox()) {
    const isCopy = mail.envelope.to[0]?.address === crm;
    const source = await cloud.rawMail(mail.id);
    expect([/^X-Copy: crm\r?$/m.test(source), source.includes(crm)]).toEqual([isCopy, false]);
  }
  await eventually(async () =>
    expect(await copies()).toEqual([
      ...Array(3).fill(`${crm} delivered`),
      ...Array(3).fill(`${gone} not_delivered`),
    ]),
  );
});

async function sendBySmtp(to: string): Promise<void> {
  const ca = await readFile(join(cloud.stateFolder, "certificate.pem"), "utf8");
  const { host, port, user } = cloud.smtp;
  const auth = { user, pass: cloud.token };
  const transport = createTransport({ host, port, requireTLS: true, auth, tls: { ca } });
  await transport.sendMail({ from: `hello@${cloud.domain}`, to, subject: "Receipt", text: "Paid" });
}

/** Address and status of what is in the log as a blind copy. */
async function copies(): Promise<string[]> {
  const rows = await itemsOf((await cloud.awsEndpoints()).DYNAMODB, "MessagesTable");
  return rows
    .filter(({ recipientKind }) => recipientKind === "bcc")
    .map(({ to, status }) => `${to} ${status}`)
    .toSorted();
}
