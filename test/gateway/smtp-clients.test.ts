import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SmtpClient } from "../support/smtp-client.ts";
import { type SmtpAccount, type SmtpService, startSmtpService } from "../support/smtp-service.ts";
import { settableClock } from "../support/test-table.ts";

const run = promisify(execFile);
const clock = settableClock(Date.UTC(2026, 0, 31, 12));
let service: SmtpService;
let account: SmtpAccount;
let folder: string;

beforeAll(async () => {
  service = await startSmtpService(clock);
  account = await service.account();
  folder = await mkdtemp(join(tmpdir(), "postern-"));
  await writeFile(join(folder, "ca.pem"), service.certificate.cert);
});
beforeEach(() => void service.takeJobs());
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

/** Whether a program is there; a test without its program says so and is skipped. */
function has(program: string, ...question: string[]): boolean {
  try {
    execFileSync(program, question, { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write(`skipped: ${program} is not installed\n`);
    return false;
  }
}

async function delivered(): Promise<{ message: string; recipients: string[] }> {
  const [job, ...others] = service.takeJobs();
  expect(others).toEqual([]);
  if (job === undefined) throw new Error("nothing was queued");
  return { message: await service.messageOf(job), recipients: job.recipients.map(({ email }) => email) };
}

describe("nodemailer", () => {
  function transport(secure: boolean, token = account.token) {
    return createTransport({
      host: "localhost",
      port: secure ? service.door.tlsPort : service.door.port,
      secure,
      requireTLS: true,
      auth: { user: "api", pass: token },
      tls: { ca: service.certificate.cert },
    });
  }

  it.each([false, true])(
    "sends text, HTML, attachments and names beyond ASCII (TLS at once: %s)",
    async (secure) => {
      const info = await transport(secure).sendMail({
        from: { name: "Jörg Müller", address: `till@${account.domain}` },
        to: [{ name: "Zoë", address: "zoe@example.net" }],
        cc: "copy@example.net",
        bcc: "blind@example.net",
        subject: "Grüße aus Köln",
        text: "Guten Tag\n.\n..\nEnde",
        html: "<p>Guten Tag</p>",
        headers: { "X-MT-Category": "Begrüßung", "X-MT-Custom-Variables": JSON.stringify({ ort: "Köln" }) },
        attachments: [{ filename: "rechnung.pdf", content: Buffer.alloc(300_000, 7) }],
      });
      const [job] = service.takeJobs();
      const message = job ? await service.messageOf(job) : "";

      expect(info.response).toBe(`250 2.0.0 Ok: queued as ${job?.recipients[0]?.messageId}`);
      expect(job).toMatchObject({
        category: "Begrüßung",
        customVariables: { ort: "Köln" },
        content: {
          from: `till@${account.domain}`,
          subject: "Grüße aus Köln",
          raw: { stored: expect.any(String) },
        },
      });
      expect(job?.recipients.map(({ kind }) => kind).sort()).toEqual(["bcc", "cc", "to"]);
      expect(message).toContain("filename=rechnung.pdf");
      expect(message).not.toMatch(/X-MT-|^Bcc:/im);
    },
  );

  it("sends a hundred messages on one connection, and the next on another", async () => {
    const own = await service.account();
    const pool = createTransport({
      pool: true,
      maxConnections: 1,
      maxMessages: 1_000,
      host: "localhost",
      port: service.door.tlsPort,
      secure: true,
      auth: { user: "api", pass: own.token },
      tls: { ca: service.certificate.cert },
    });
    const send = () =>
      pool.sendMail({ from: `a@${own.domain}`, to: "b@example.net", subject: "S", text: "T" });
    for (let count = 0; count < 100; count++) await send();
    await expect(send()).rejects.toMatchObject({ responseCode: 421 });
    await send();
    pool.close();
    expect(service.takeJobs()).toHaveLength(101);
  });

  it("reads why it may not log in", async () => {
    await expect(transport(true, "wrong").verify()).rejects.toMatchObject({
      code: "EAUTH",
      response: "535 5.7.0 Invalid login or password",
    });
  });

  it("is told the size limit before it sends", async () => {
    const envelope = { from: `a@${account.domain}`, to: "b@example.net", size: 11_000_000 };
    const big = transport(true).sendMail({ envelope, raw: "From: a\r\n\r\n" });
    await expect(big).rejects.toMatchObject({ response: "552 5.3.4 Error: message too big" });
  });
});

const letter = (eol: string) =>
  [
    `From: Till <a@${account.domain}>`,
    "To: b@example.net",
    "Subject: From a shell",
    "",
    "Hello",
    "..",
    "",
    "bye",
    "",
  ].join(eol);

describe.skipIf(!has("curl", "--version"))("curl", () => {
  async function curl(scheme: "smtp" | "smtps", message: string): Promise<void> {
    const file = join(folder, "letter.eml");
    await writeFile(file, message);
    const port = scheme === "smtps" ? service.door.tlsPort : service.door.port;
    const where = [
      "--url",
      `${scheme}://localhost:${port}`,
      "--ssl-reqd",
      "--cacert",
      join(folder, "ca.pem"),
    ];
    const who = [
      "--user",
      `api:${account.token}`,
      "--mail-from",
      `a@${account.domain}`,
      "--mail-rcpt",
      "b@example.net",
    ];
    await run("curl", ["--silent", "--show-error", ...where, ...who, "--upload-file", file]);
  }

  it.each(["smtp", "smtps"] as const)("sends over %s", async (scheme) => {
    await curl(scheme, letter("\r\n"));
    expect(await delivered()).toEqual({ message: letter("\r\n"), recipients: ["b@example.net"] });
  });

  it("sends a file from a shell, whose lines end with LF alone", async () => {
    await curl("smtp", letter("\n").replace("..", "--"));
    // curl takes no LF for the end of its last line, and adds another end.
    expect((await delivered()).message).toBe(`${letter("\r\n").replace("..", "--")}\r\n`);
  });
});

describe.skipIf(!has("python3", "--version"))("Python's smtplib", () => {
  it("sends in 8 bit, with SMTPUTF8, a message with names beyond ASCII", async () => {
    const script = `
import smtplib, ssl, sys
from email.message import EmailMessage
port, ca, token, domain = sys.argv[1:]
message = EmailMessage()
message["From"] = f"Jörg <a@{domain}>"
message["To"] = "Zoë <b@example.net>"
message["Subject"] = "Grüße"
message.set_content("Guten Tag, Zoë", cte="8bit")
with smtplib.SMTP("localhost", int(port)) as smtp:
    smtp.starttls(context=ssl.create_default_context(cafile=ca))
    smtp.login("api", token)
    smtp.send_message(message, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
`;
    await run("python3", [
      "-c",
      script,
      String(service.door.port),
      join(folder, "ca.pem"),
      account.token,
      account.domain,
    ]);
    const text = Buffer.from((await delivered()).message, "latin1").toString();
    expect(text).toContain("Guten Tag, Zoë\r\n");
    expect(text).toContain("Content-Transfer-Encoding: 8bit");
  });
});

describe.skipIf(!has("swaks", "--version"))("swaks", () => {
  it.each([
    ["PLAIN", "-tls"],
    ["LOGIN", "-tls"],
    ["PLAIN", "-tlsc"],
  ])("logs in with %s and sends (%s)", async (method, tls) => {
    const port = tls === "-tlsc" ? service.door.tlsPort : service.door.port;
    const who = ["--auth", method, "--auth-user", "api", "--auth-password", account.token];
    const mail = ["--from", `a@${account.domain}`, "--to", "b@example.net", "--pipeline"];
    const { stdout } = await run("swaks", ["--server", `localhost:${port}`, tls, ...who, ...mail]);
    expect(stdout).toMatch(/ 250 2\.0\.0 Ok: queued as /);
    expect((await delivered()).message).toContain("This is a test mailing");
  });
});

describe.skipIf(!has("msmtp", "--version"))("msmtp", () => {
  it.each(["on", "off"])("sends with TLS (STARTTLS: %s)", async (starttls) => {
    const port = starttls === "on" ? service.door.port : service.door.tlsPort;
    const tls = ["--tls=on", `--tls-starttls=${starttls}`, `--tls-trust-file=${join(folder, "ca.pem")}`];
    const who = [
      "--auth=on",
      "--user=api",
      `--passwordeval=echo ${account.token}`,
      `--from=a@${account.domain}`,
    ];
    const sent = run("msmtp", ["--host=localhost", `--port=${port}`, ...tls, ...who, "b@example.net"]);
    sent.child.stdin?.end(letter("\n"));
    await sent;
    // After the fields that msmtp adds.
    expect((await delivered()).message.endsWith(`\r\n${letter("\r\n")}`)).toBe(true);
  });
});

describe.skipIf(!has("openssl", "version"))("OpenSSL", () => {
  /** What the two sides agree on; undefined if they do not. */
  async function protocolOf(...options: string[]): Promise<string | undefined> {
    const ask = run("openssl", ["s_client", "-connect", ...options]);
    ask.child.stdin?.end("QUIT\r\n");
    const { stdout } = await ask.catch((failed: { stdout: string }) => failed);
    const [, protocol, cipher] = /^New, (\S+), Cipher is (\S+)/m.exec(stdout) ?? [];
    return cipher === "(NONE)" ? undefined : protocol;
  }

  const atOnce = () => [`localhost:${service.door.tlsPort}`];
  const starttls = () => [`localhost:${service.door.port}`, "-starttls", "smtp"];
  // Without this OpenSSL itself refuses what is so old.
  const old = ["-cipher", "ALL:@SECLEVEL=0"];

  it.each(["-tls1", "-tls1_1"])("may not speak %s", async (version) => {
    expect(await protocolOf(...atOnce(), version, ...old)).toBeUndefined();
    expect(await protocolOf(...starttls(), version, ...old)).toBeUndefined();
  });

  it.each([
    ["-tls1_2", "TLSv1.2"],
    ["-tls1_3", "TLSv1.3"],
  ])("may speak %s", async (version, name) => {
    expect(await protocolOf(...atOnce(), version)).toBe(name);
    expect(await protocolOf(...starttls(), version)).toBe(name);
  });
});

describe("an SSLv3 hello", () => {
  it("is refused; no client of today can send more of it", async () => {
    const hello = Buffer.from(`160300002d010000290300${"00".repeat(32)}00000200050100`, "hex");
    const client = await SmtpClient.connect(service.door.tlsPort, hello);
    // At most an alert, which is record type 21; never a server's hello.
    expect((await client.rest()).charCodeAt(0)).not.toBe(22);
    client.end();
  });
});
