import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { serverCertificate } from "../../../test/support/server-certificate.ts";
import { examineSmtp, type SmtpDeps } from "./smtp.ts";

const day = 86_400_000;
const host = "live.smtp.mail.example";
const arn = "arn:aws:secretsmanager:us-east-1:1:secret:smtp-AbCdEf";
const well = serverCertificate([host], Date.now() + 80 * day);

const servers: SMTPServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    await new Promise<void>((closed) => server.close(() => closed()));
  }
});

async function listening(options: object): Promise<number> {
  const server = new SMTPServer({ ...options, logger: false });
  // Whoever looks hangs up.
  server.on("error", () => undefined);
  servers.push(server);
  const bound = server.listen(0, "127.0.0.1");
  await once(bound, "listening");
  return (bound.address() as AddressInfo).port;
}

/** A door that shows this certificate, and what the doctor needs to look at it. */
async function door({ key, cert }: typeof well, options: object = {}): Promise<SmtpDeps> {
  return {
    installation: { smtp: { secret: arn } },
    mailHost: "mail.example",
    aws: { secret: async () => ({ $metadata: {}, Name: "smtp" }) },
    clock: { now: () => Date.now() },
    smtpDoor: {
      hosts: [host],
      address: "127.0.0.1",
      starttls: await listening({ key, cert, ...options }),
      tls: await listening({ key, cert, secure: true }),
      authority: cert,
    },
  };
}

describe("the look at the SMTP door", () => {
  it("is content with hosts that answer in TLS, with a certificate of their own, from a secret that is there", async () => {
    const findings = await examineSmtp(await door(well));
    expect(findings).toMatchObject([
      { name: `${host} (STARTTLS)`, outcome: "ok", says: expect.stringContaining("valid for 79 days") },
      { name: `${host} (TLS)`, outcome: "ok" },
      { name: "Secret with the certificate", outcome: "ok" },
    ]);
  });

  it("finds nothing where there is none", async () => {
    expect(await examineSmtp({ ...(await door(well)), installation: {} })).toEqual([]);
  });

  it("warns of a certificate that ends soon, and says where another one goes", async () => {
    const [starttls, tls] = await examineSmtp(await door(serverCertificate([host], Date.now() + 5.5 * day)));
    for (const finding of [starttls, tls]) {
      expect(finding).toMatchObject({ outcome: "warning", says: expect.stringContaining("ends in 5 days") });
      expect(finding?.remedy).toContain(`put-secret-value --secret-id ${arn}`);
    }
  });

  it.each([
    ["has ended", serverCertificate([host], Date.now() - day), "has ended at"],
    ["is for another host", serverCertificate(["other.example"], Date.now() + 80 * day), "is not accepted"],
  ])("sees that a certificate %s", async (_what, certificate, says) => {
    const [starttls] = await examineSmtp(await door(certificate));
    expect(starttls).toMatchObject({ outcome: "failed", says: expect.stringContaining(says) });
  });

  it("sees that nobody vouches for a certificate", async () => {
    const deps = await door(well);
    const stranger = serverCertificate([host], Date.now() + 80 * day).cert;
    const smtpDoor = deps.smtpDoor && { ...deps.smtpDoor, authority: stranger };
    const [starttls] = await examineSmtp({ ...deps, smtpDoor });
    expect(starttls).toMatchObject({ outcome: "failed", says: expect.stringContaining("is not accepted") });
  });

  it("sees that STARTTLS is not offered, and that nobody answers", async () => {
    const [starttls] = await examineSmtp(
      await door(well, { hideSTARTTLS: true, disabledCommands: ["STARTTLS"] }),
    );
    expect(starttls).toMatchObject({
      outcome: "failed",
      says: expect.stringMatching(/takes no mail by STARTTLS: it says 5\d\d /),
      remedy: expect.stringContaining("Gateway unhealthy"),
    });
    const deps = await door(well);
    const nobody = deps.smtpDoor && { ...deps.smtpDoor, tls: 1 };
    const [, tls] = await examineSmtp({ ...deps, smtpDoor: nobody });
    expect(tls).toMatchObject({ outcome: "failed", says: expect.stringContaining("ECONNREFUSED") });
  });

  it("names the record of a host that is not in the DNS", async () => {
    const deps = { ...(await door(well)), smtpDoor: undefined };
    const [starttls] = await examineSmtp({
      ...deps,
      installation: { smtp: {} },
      mailHost: "postern.invalid",
    });
    expect(starttls?.outcome).toBe("failed");
    // Where no name server is within reach, that is what is said.
    expect(starttls?.says).toMatch(/is not in the DNS|EAI_AGAIN/);
  });

  it.each([
    ["is missing", undefined, "there is no secret", "smtpCertificateSecretArn"],
    ["is to be deleted", { $metadata: {}, DeletedDate: new Date() }, "is to be deleted", "restore-secret"],
  ])("sees that the secret %s", async (_what, secret, says, remedy) => {
    const findings = await examineSmtp({ ...(await door(well)), aws: { secret: async () => secret } });
    expect(findings.at(-1)).toMatchObject({
      ...{ outcome: "failed", says: expect.stringContaining(says) },
      remedy: expect.stringContaining(remedy),
    });
  });
});
