import { SESv2Client } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "../../local/engines/aws/endpoint-test-kit.ts";
import type { Mail } from "../../local/engines/mail.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { ownerEmailClient } from "./owner-email-client.ts";

let aws: TestEndpoint;
const mails: Mail[] = [];

beforeAll(async () => {
  aws = await startTestEndpoint({
    mailbox: { deliver: async (mail) => void mails.push(mail) },
    identities: ["postern.test"],
  });
});
afterAll(() => aws.stop());

it("writes to a customer from the operator's own domain", async () => {
  const ses = new SESv2Client(aws.reached);
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  const client = ownerEmailClient({ ses, mailHost: "postern.test", answersTo: "ops@postern.test", clock });
  await client.send({ to: "owner@shop.example", subject: "Ready", text: "shop.example can send." });
  const [mail] = mails;
  expect(mail?.to).toEqual(["owner@shop.example"]);
  const text = mail?.raw.toString("utf8");
  expect(text).toContain("From: Postern <postmaster@postern.test>");
  expect(text).toContain("Reply-To: ops@postern.test");
  expect(text).toContain("Auto-Submitted: auto-generated");
  expect(text).toContain("shop.example can send.");
});
