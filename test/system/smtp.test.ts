import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, type Mail, startLocalCloud } from "../support/local-cloud.ts";

let cloud: LocalCloud;
let ca: string;
beforeAll(async () => {
  cloud = await startLocalCloud();
  ca = await readFile(join(cloud.stateFolder, "certificate.pem"), "utf8");
});
afterAll(() => cloud.stop());

/** Sends with nodemailer, STARTTLS required and the certificate checked, and gives the server's last word. */
async function sendAt(port: number, to: string, secure = false): Promise<string> {
  const transport = createTransport({
    host: cloud.smtp.host,
    port,
    secure,
    requireTLS: !secure,
    auth: { user: cloud.smtp.user, pass: cloud.token },
    tls: { ca },
  });
  const { response } = await transport.sendMail({
    from: `Till <billing@${cloud.domain}>`,
    to,
    subject: "Receipt – Ærø",
    text: "Paid in full.",
    headers: { "X-MT-Category": "receipts", "X-MT-Custom-Variables": '{"order":"771"}' },
  });
  return response;
}

function arrivalOf(address: string): Promise<Mail> {
  return eventually(async () => {
    const mails = (await cloud.mailbox()).filter(({ envelope }) => envelope.to[0]?.address === address);
    expect(mails).toHaveLength(1);
    return mails[0] as Mail;
  });
}

describe("an email that nodemailer sends over SMTP", () => {
  it("arrives, with its id in the reply, and what was meant for us is in its row alone", async () => {
    const response = await sendAt(cloud.smtp.port, "door@example.net");

    const mail = await arrivalOf("door@example.net");
    expect(mail.subject).toBe("Receipt – Ærø");
    expect(mail.text.trim()).toBe("Paid in full.");
    expect(await cloud.rawMail(mail.id)).not.toMatch(/^(X-MT-|List-Unsubscribe)/im);
    const id = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(response)?.[1] ?? "";
    expect(await cloud.message(id)).toMatchObject({
      stream: "transactional",
      subject: "Receipt – Ærø",
      category: "receipts",
      customVariables: '{"order":"771"}',
    });
  });

  it("has a way to unsubscribe when it came by the bulk port", async () => {
    await sendAt(cloud.smtp.bulkPort, "bulk@example.net");

    const { id } = await arrivalOf("bulk@example.net");
    expect(await cloud.rawMail(id)).toMatch(/^List-Unsubscribe:/im);
  });

  it("arrives by the port with TLS from the first byte too", async () => {
    await sendAt(cloud.smtp.tlsPort, "tls@example.net", true);

    await arrivalOf("tls@example.net");
  });
});
