import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";

const reached = "535 5.7.0 Monthly messages limit reached";
/** So long the door may go by what it last knew of a month. */
const knownFor = { seconds: 6 };

let cloud: LocalCloud;
let ca: string;
beforeAll(async () => {
  cloud = await startLocalCloud();
  ca = await readFile(join(cloud.stateFolder, "certificate.pem"), "utf8");
});
afterAll(() => cloud.stop());

const three = (kind: string) => Array.from({ length: 3 }, (_, place) => `${kind}${place}@example.net`);

/** Sends by nodemailer on a connection of its own; the server's last word, whatever it was. */
async function send({ token, domain }: Customer, to: object): Promise<string> {
  const { host, port, user } = cloud.smtp;
  const tls = { ca };
  const transport = createTransport({ host, port, requireTLS: true, auth: { user, pass: token }, tls });
  const email = { from: `billing@${domain}`, subject: "Billed", text: "Hello", ...to };
  return await transport.sendMail(email).then(
    ({ response }) => response,
    (error: { response: string }) => error.response,
  );
}

describe("emails over SMTP", () => {
  it("count for each recipient: three to, three cc and three bcc are nine", async () => {
    const customer = await cloud.newAccount({ monthLimit: 100 });
    const all = { to: three("to"), cc: three("cc"), bcc: three("bcc") };
    expect(await send(customer, all)).toMatch(/^250 2\.0\.0 Ok/);
    expect(await cloud.usage(customer.accountId)).toMatchObject({ used: 9, remaining: 91 });
  });

  it("are refused at the month's limit, after the data and then at the login, until a larger plan or another month comes", async () => {
    const customer = await cloud.newAccount({ planName: "basic-10k", monthLimit: 3 });
    const { accountId } = customer;
    expect(await send(customer, { to: three("to") })).toMatch(/^250 /);
    expect(await send(customer, { to: "one@example.net" })).toBe(reached);
    await cloud.advanceClock(knownFor);
    expect(await send(customer, { to: "one@example.net" })).toBe(reached);
    expect(await cloud.usage(accountId)).toMatchObject({ used: 3, remaining: 0 });

    await cloud.invoke("Operator", { action: "setPlan", accountId, planName: "basic-50k" });
    await cloud.advanceClock(knownFor);
    expect(await send(customer, { to: "one@example.net" })).toMatch(/^250 /);

    await cloud.invoke("Operator", { action: "setLimits", accountId, emailsPerMonth: 4 });
    await cloud.advanceClock(knownFor);
    expect(await send(customer, { to: "two@example.net" })).toBe(reached);
    const { periodEnd } = await cloud.usage(accountId);
    await cloud.advanceClock({ to: new Date(Date.parse(periodEnd) + 1_000).toISOString() });
    expect(await send(customer, { to: "two@example.net" })).toMatch(/^250 /);
    expect(await cloud.usage(accountId)).toMatchObject({ used: 1, remaining: 3 });
  });
});
