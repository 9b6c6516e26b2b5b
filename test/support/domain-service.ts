import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { KMSClient } from "@aws-sdk/client-kms";
import { Route53Client } from "@aws-sdk/client-route-53";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startTestEndpoint } from "../../local/engines/aws/endpoint-test-kit.ts";
import { startDns } from "../../local/engines/dns/dns.ts";
import type { Mail } from "../../local/engines/mail.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { recordsOf } from "../../shared/domains/domain-records.ts";
import { domainWork } from "../../shared/domains/domain-work.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import { trackingHostClient } from "../../shared/domains/tracking-host-client.ts";
import { wordsOf } from "../../shared/notifications/catalogue.ts";
import { emailTextOf } from "../../shared/notifications/notice.ts";
import { ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import type { Owner } from "../../shared/platform/notice.ts";

export const mailHost = "postern.test";

export type DomainService = Awaited<ReturnType<typeof startDomainService>>;

/** Everything that managing domains needs, real: DNS, SES, KMS, Route 53 and CloudFront of the local cloud, and a table. */
export async function startDomainService({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  const dns = await startDns();
  const mails: Mail[] = [];
  const endpoint = await startTestEndpoint({
    mailbox: { deliver: async (mail) => void mails.push(mail) },
    ...{ identities: [mailHost], dnsRecords: dns.records },
  });
  const aws = endpoint.reached;
  const ses = new SESv2Client(aws);
  const email = ownerEmailClient({ ses, mailHost, clock });
  const accounts = accountStore({ client, table, clock });
  /** Writes at once what is otherwise written within a minute. */
  const owner: Owner = {
    async tell(accountId, news) {
      const words = wordsOf(news);
      const to = (await accounts.get(accountId))?.ownerEmail ?? "";
      await email.send({ to, subject: words.subject, text: emailTextOf(words) });
    },
  };
  const work = domainWork({
    ...{ client, table, clock, ses, mailHost, owner },
    ...{ kms: new KMSClient(aws), keyId: "dkim", route53: new Route53Client(aws), zoneId: "ZLOCAL" },
    ...{ dnsServer: dns.address, allowPrivateWebsites: true },
    trackingHosts: trackingHostClient({
      ...{ cloudfront: new CloudFrontClient(aws), distributionId: "E1", connectionGroupId: "cg_1" },
    }),
  });
  const operatorsRecords = () =>
    dns.records.set([
      { name: `smtp.${mailHost}`, type: "MX", value: "10 feedback-smtp.us-east-1.amazonses.com" },
      { name: `smtp.${mailHost}`, type: "TXT", value: "v=spf1 include:amazonses.com ~all" },
      { name: `t.${mailHost}`, type: "A", value: "127.0.0.1" },
    ]);
  await operatorsRecords();
  return {
    work,
    email,
    ses,
    dns,
    mails,
    /** Subjects of what owners were written. */
    told: () => mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw.toString("utf8"))?.[1]?.trim()),
    /** Sets the records that the domain's owner is asked for. */
    setRecords: (domain: SendingDomain) =>
      dns.records.set(
        recordsOf(domain, mailHost).map(({ domain: name, type, value }) => ({ name, type, value })),
      ),
    stop: async () => {
      await endpoint.stop();
      await dns.stop();
    },
  };
}
