import { SESv2Client } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsEndpoint, startAwsEndpoint } from "../../local/engines/aws/endpoint.ts";
import { sesFaults } from "../../local/engines/aws/ses-faults.ts";
import type { Mail } from "../../local/engines/mail.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { ownerEmailClient } from "./owner-email-client.ts";

let aws: AwsEndpoint;
const mails: Mail[] = [];

beforeAll(async () => {
  aws = await startAwsEndpoint({
    mailbox: {
      deliver: async (mail) => {
        mails.push(mail);
      },
    },
    ...{ configurationSets: [], eventDestinations: [], snsUrl: "http://127.0.0.1:9" },
    ...{ sesFaults: sesFaults(), identities: ["postern.test"] },
    invoke: async () => ({ payload: null }),
  });
});
afterAll(() => aws.stop());

it("writes to a customer from the operator's own domain", async () => {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const ses = new SESv2Client({ endpoint: aws.url, region: "us-east-1", credentials });
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
