import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmtpService, startSmtpService } from "../support/smtp-service.ts";
import { settableClock } from "../support/test-table.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
let service: SmtpService;

beforeAll(async () => {
  service = await startSmtpService(clock);
});
afterAll(() => service.stop());

describe("a message by SMTP from a domain with auto-BCC", () => {
  it("has copies for all who are not in its envelope, under one unit and id each", async () => {
    const account = await service.account();
    const autoBcc = { emails: ["crm@example.org", "reader@example.net"], headers: { "X-Copy": "crm" } };
    await service.domains.change({ accountId: account.accountId, name: account.domain }, { autoBcc });
    const client = await service.loggedIn(account);
    await client.sayAll(`MAIL FROM:<app@${account.domain}>`, "RCPT TO:<Reader@example.net>", "DATA");
    const message = `From: app@${account.domain}\r\nTo: reader@example.net\r\nSubject: S\r\n\r\nHi\r\n`;
    const answer = (await client.say(`${message}.`)).text;
    client.end();
    const jobs = service.takeJobs();
    const [first, ...others] = jobs.flatMap(({ recipients }) => recipients);

    expect(answer).toContain(first?.messageId);
    expect(first).toMatchObject({ email: "Reader@example.net", kind: "to" });
    expect(others).toMatchObject([{ email: "crm@example.org", kind: "bcc", autoBcc: true }]);
    expect(jobs.map(({ autoBccHeaders }) => autoBccHeaders)).toEqual([{ "X-Copy": "crm" }]);
    expect((await service.quota.usage(account.accountId))?.used).toBe(2);
    expect(jobs[0] && (await service.messageOf(jobs[0]))).toBe(message);
  });
});
