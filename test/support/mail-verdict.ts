import { Resolver } from "node:dns/promises";
import { authenticate } from "mailauth";

/** What a receiver makes of a message, by the local DNS. */
export async function verdictOn(raw: string, { sender, dnsServer }: { sender: string; dnsServer: string }) {
  const dns = new Resolver();
  dns.setServers([dnsServer]);
  const { dkim, spf, dmarc } = await authenticate(Buffer.from(raw), {
    ...{
      ip: "127.0.0.1",
      helo: "localhost",
      sender,
      mta: "receiver.test",
      disableArc: true,
      disableBimi: true,
    },
    resolver: async (name: string, type: string) => (await dns.resolve(name, type)) as never,
  });
  return {
    spf: spf === false ? "none" : spf.status.result,
    spfDomain: spf === false ? undefined : spf.domain,
    dkim: dkim.results.map(({ status, signingDomain, selector }) => ({
      ...{ result: status.result, domain: signingDomain, selector },
    })),
    dmarc: dmarc === false ? "none" : dmarc.status.result,
    /** The domains by which DKIM and SPF align with From. */
    alignment: dmarc === false ? undefined : dmarc.alignment,
  };
}
