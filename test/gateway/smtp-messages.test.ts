import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmtpAccount, type SmtpService, startSmtpService } from "../support/smtp-service.ts";
import { settableClock } from "../support/test-table.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
let service: SmtpService;
let account: SmtpAccount;

beforeAll(async () => {
  service = await startSmtpService(clock);
  account = await service.account();
});
afterAll(() => service.stop());

/** What a job carries of a message that was sent. */
async function passedOn(message: string): Promise<string> {
  const client = await service.loggedIn(account);
  await client.sayAll(`MAIL FROM:<app@${account.domain}>`, "RCPT TO:<reader@example.net>", "DATA");
  expect((await client.say(`${message.replace(/^\./gm, "..")}.`)).text).toMatch(/^250 /);
  client.end();
  const [job] = service.takeJobs();
  return job ? service.messageOf(job) : "";
}

const lines = (...text: string[]) => text.map((line) => `${line}\r\n`).join("");

/** Ways in which programs write mail. `DOMAIN` stands for the account's. */
const messages = {
  "Symfony Mailer (Laravel), text and HTML": lines(
    "From: Laravel <app@DOMAIN>",
    "To: reader@example.net",
    "Subject: =?utf-8?Q?Best=C3=A4tigung?= Ihrer Bestellung",
    "Message-ID: <0d1c5e0f6c1b4b7f8a4d@DOMAIN>",
    "MIME-Version: 1.0",
    "Date: Sat, 31 Jan 2026 12:00:00 +0000",
    "Content-Type: multipart/alternative; boundary=Vx3kJ1aB",
    "",
    "--Vx3kJ1aB",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Gr=C3=BC=C3=9Fe =E2=80=93 eine sehr lange Zeile, die umbrochen wird, damit sie=",
    " passt.",
    ".",
    "..",
    "",
    "--Vx3kJ1aB",
    "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "<p>Gr=C3=BC=C3=9Fe</p>",
    "--Vx3kJ1aB--",
  ),
  "Symfony Mailer (Laravel), an attachment and an inline picture": lines(
    "From: Laravel <app@DOMAIN>",
    "To: =?utf-8?Q?Zo=C3=AB?= <reader@example.net>",
    "Cc: copy@example.net",
    "Reply-To: =?utf-8?Q?J=C3=B6rg?= <help@DOMAIN>",
    "Subject: Rechnung",
    "X-Tag: invoice",
    "X-Metadata-order: 771",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="mixed_1"',
    "",
    "--mixed_1",
    'Content-Type: multipart/related; boundary="related_1"',
    "",
    "--related_1",
    "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    '<img src="cid:logo@symfony"> Grüße',
    "--related_1",
    "Content-Type: image/png; name=logo",
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: inline; name=logo; filename=logo",
    "Content-ID: <logo@symfony>",
    "",
    Buffer.alloc(57, 7).toString("base64"),
    "--related_1--",
    "--mixed_1",
    "Content-Type: application/pdf; name=rechnung.pdf",
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment; name=rechnung.pdf; filename=rechnung.pdf",
    "",
    ...Array.from({ length: 3_000 }, (_, place) => Buffer.alloc(57, place).toString("base64")),
    "",
    "--mixed_1--",
  ),
  "PHPMailer (WordPress), HTML in 8 bit": lines(
    "Date: Sat, 31 Jan 2026 12:00:00 +0000",
    "To: reader@example.net",
    "From: WordPress <app@DOMAIN>",
    'Reply-To: "Doe, Jane" <jane@example.org>',
    "Subject: =?UTF-8?B?W01laW4gQmxvZ10gTmV1ZXIgS29tbWVudGFy?=",
    "Message-ID: <BZ3nK4g5Q@DOMAIN>",
    "X-Mailer: PHPMailer 6.9.3 (https://github.com/PHPMailer/PHPMailer)",
    "MIME-Version: 1.0",
    "Content-Type: text/html; charset=UTF-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    `<p>${"Ein langer Absatz ohne Umbruch. ".repeat(60)}</p>`,
    "<p>Grüße – 👋</p>",
    "",
    "",
  ),
  "PHPMailer (WordPress), plain text": lines(
    "Date: Sat, 31 Jan 2026 12:00:00 +0000",
    "To: reader@example.net",
    "From: =?UTF-8?Q?M=C3=BCllers_Blog?= <app@DOMAIN>",
    "Subject: Passwort",
    "List-Unsubscribe: <https://example.org/u>",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=UTF-8",
    "",
    "Jemand hat ein neues Passwort angefordert:",
    "",
    "https://example.org/wp-login.php?action=rp&key=a1b2",
  ),
  "a message that its writer has signed": lines(
    "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=DOMAIN; s=own;",
    "\th=from:to:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;",
    "\tb=dGhpcyBpcyBub3QgYSBzaWduYXR1cmU=",
    "From:   Odd   spaces <app@DOMAIN>  ",
    "tO:\treader@example.net",
    "SUBJECT: trailing white space \t",
    "",
    "Body with trailing white space  ",
    "",
    "",
    "",
  ),
  "headers alone": lines("From: app@DOMAIN", "Subject: nothing else"),
} as const;

describe("a message as programs write it is passed on byte by byte", () => {
  it.each(Object.entries(messages))("%s", async (_, template) => {
    const message = Buffer.from(template.replaceAll("DOMAIN", account.domain)).toString("utf8");
    const read = Buffer.from(await passedOn(message), "latin1").toString("utf8");
    expect(read === message).toBe(true);
  });

  it("but for the fields that are ours, wherever they stand", async () => {
    const message = messages["PHPMailer (WordPress), plain text"].replaceAll("DOMAIN", account.domain);
    const ours = [
      "X-MT-Category: Password\r\n",
      'X-MT-Custom-Variables: {"user":\r\n "7"}\r\n',
      "Bcc: a@example.net,\r\n\tb@example.net\r\n",
    ];
    const [first, ...rest] = message.split(/(?<=\r\n)/);
    const withOurs = [ours[0], first, ours[1], ...rest.slice(0, 2), ours[2], ...rest.slice(2)].join("");
    expect(await passedOn(withOurs)).toBe(message);
  });
});
