import { MailtrapClient } from "mailtrap";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  // All as `npm start` has it, the synthesis too, which other tests share.
  cloud = await startLocalCloud({ env: { POSTERN_TEMPLATE: "", POSTERN_WARM: "true" } });
});
afterAll(() => cloud.stop());

function officialClient(options: { bulk: boolean }): MailtrapClient {
  const client = new MailtrapClient({ token: cloud.token, bulk: options.bulk });
  const hosts = client as unknown as {
    axios: { interceptors: { request: { use(change: (request: { url: string }) => unknown): void } } };
  };
  hosts.axios.interceptors.request.use((request) => {
    request.url = request.url
      .replace("https://send.api.mailtrap.io", cloud.urls.send)
      .replace("https://bulk.api.mailtrap.io", cloud.urls.bulk);
    return request;
  });
  return client;
}

async function mailTo(address: string) {
  return await eventually(async () => {
    const mails = await cloud.mailbox();
    const found = mails.filter((mail) => mail.envelope.to.some((to) => to.address === address));
    expect(found, `mail to ${address}`).toHaveLength(1);
    return found[0] as (typeof found)[number];
  });
}

/** The message with its header lines unfolded (RFC 5322 §2.2.3). */
const unfolded = (raw: string) => raw.replace(/\r?\n[ \t]+/g, " ");

describe("the first email", () => {
  it("posted with an HTTP client arrives in the mailbox within two seconds", async () => {
    await post(cloud, { to: [{ email: "warm@example.net" }], subject: "Warm", text: "up" });
    await mailTo("warm@example.net");

    const started = performance.now();
    const { status, body } = await post(cloud, {
      to: [{ email: "first@example.net" }],
      subject: "It works",
      text: "Grüße",
    });
    const mail = await mailTo("first@example.net");

    expect(status).toBe(200);
    expect(body).toEqual({ success: true, message_ids: [expect.any(String)] });
    expect(mail.subject).toBe("It works");
    expect(mail.text).toContain("Grüße");
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("sent by the official client, unmodified but for the host, arrives with name, html and attachment", async () => {
    const answer = await officialClient({ bulk: false }).send({
      from: { email: `hello@${cloud.domain}`, name: "Ünal Öz" },
      to: [{ email: "client@example.net", name: "Reader" }],
      cc: [{ email: "client-copy@example.net" }],
      subject: "From the client",
      html: "<p>Hello</p>",
      category: "tests",
      custom_variables: { order: "771" },
      attachments: [{ filename: "note.txt", content: Buffer.from("attached") }],
    });

    expect(answer).toEqual({ success: true, message_ids: [expect.any(String), expect.any(String)] });
    const mail = await mailTo("client@example.net");
    expect(mail.from[0]).toMatchObject({ address: `hello@${cloud.domain}`, name: "Ünal Öz" });
    expect(mail.html).toContain("<p>Hello</p>");
    expect(mail.attachments?.[0]).toMatchObject({ filename: "note.txt", size: 8 });
    await mailTo("client-copy@example.net");
  });

  it("of a batch by the official client arrives for each request, the base merged in", async () => {
    const answer = await officialClient({ bulk: false }).batchSend({
      base: { from: { email: `hello@${cloud.domain}` }, subject: "Shift plan", text: "See you Monday." },
      requests: [
        { to: [{ email: "batch-a@example.net" }] },
        { to: [{ email: "batch-b@example.net" }], subject: "Shift plan, late" },
      ],
    });

    expect(answer.responses).toHaveLength(2);
    expect((await mailTo("batch-a@example.net")).subject).toBe("Shift plan");
    expect((await mailTo("batch-b@example.net")).subject).toBe("Shift plan, late");
  });

  it("on the bulk host carries what promotional mail must carry, and on the send host does not", async () => {
    await officialClient({ bulk: true }).send({
      from: { email: `news@${cloud.domain}` },
      to: [{ email: "bulk@example.net" }],
      subject: "Spring",
      html: "<p>New shelves are in.</p>",
    });
    const bulk = await mailTo("bulk@example.net");
    const source = unfolded(await cloud.rawMail(bulk.id));
    const transactional = unfolded(await cloud.rawMail((await mailTo("first@example.net")).id));

    expect(source).toMatch(/^List-Unsubscribe: .*<mailto:[^>]+>/im);
    expect(source).toMatch(/^List-Unsubscribe: .*<https?:[^>]+>/im);
    expect(source).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/im);
    expect(source).toMatch(/^Precedence: bulk\r?$/im);
    expect(bulk.html).toMatch(/href="https?:\/\/[^"]+\/unsubscribe\//);
    expect(transactional).not.toMatch(/^(List-Unsubscribe|Precedence)/im);
  });

  it("to a hidden recipient names it to nobody", async () => {
    await post(cloud, {
      to: [{ email: "seen@example.net" }],
      bcc: [{ email: "hidden@example.net" }],
      subject: "Quietly",
      text: "Hello",
    });

    for (const recipient of ["seen@example.net", "hidden@example.net"]) {
      const mail = await mailTo(recipient);
      expect(await cloud.rawMail(mail.id)).not.toMatch(/hidden@example\.net/i);
    }
  });
});
