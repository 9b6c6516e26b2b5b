import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LocalDns, startDns } from "../../local/engines/dns/dns.ts";
import { domain as someDomain } from "../../test/support/delivery-world.ts";
import { dnsClient } from "../platform/dns-client.ts";
import { checkRecords } from "./check-records.ts";
import { recordsOf } from "./domain-records.ts";
import type { RecordKey, SendingDomain } from "./sending-domain.ts";

const mailHost = "postern.test";
const spf = "v=spf1 include:amazonses.com ~all";
const key = (selector: string) => ({ selector, publicKey: `KEY${selector}`, encryptedPrivateKey: "" });
const domain: SendingDomain = {
  ...someDomain,
  id: 42,
  name: "shop.example",
  returnPathLabel: "mt1",
  dkimKeys: [key("rwmt2"), key("rwmt1")],
};

describe("a domain's records", () => {
  let dns: LocalDns;
  const set = (name: string, type: "A" | "CNAME" | "MX" | "TXT", ...values: string[]) =>
    dns.records.set(values.map((value) => ({ name, type, value })));
  const setAll = (of: SendingDomain) =>
    dns.records.set(recordsOf(of, mailHost).map(({ domain: name, type, value }) => ({ name, type, value })));
  const check = async (of = domain) =>
    await checkRecords({ dns: dnsClient({ server: dns.address }), mailHost }, of);
  const statuses = async (of = domain) => {
    const checked = await check(of);
    return Object.fromEntries(Object.entries(checked).map(([name, { status }]) => [name, status]));
  };
  const statusOf = async (record: RecordKey, of = domain) => (await check(of))[record].status;

  beforeAll(async () => {
    dns = await startDns();
  });
  afterAll(() => dns.stop());
  beforeEach(async () => {
    await dns.records.reset();
    dns.records.faults.clear();
    await set(`smtp.${mailHost}`, "TXT", spf);
    await set(`smtp.${mailHost}`, "MX", "10 feedback-smtp.us-east-1.amazonses.com");
    await set(`t.${mailHost}`, "A", "192.0.2.8");
    for (const { selector, publicKey } of domain.dkimKeys) {
      await set(`${selector}.42.dkim.smtp.${mailHost}`, "TXT", `v=DKIM1; k=rsa; p=${publicKey}`);
    }
  });

  it("are missing before anybody sets them, and pass when they are set as told", async () => {
    expect(new Set(Object.values(await statuses()))).toEqual(new Set(["missing"]));
    await setAll(domain);
    expect(await statuses()).toEqual({
      ...{ verification: "pass", dkim1: "pass", dkim2: "pass", dmarc: "pass", link_verification: "pass" },
    });
  });

  it("are four aliases in the operator's zone, and a policy", () => {
    expect(
      recordsOf(domain, mailHost).map(({ domain: name, type, value }) => `${name} ${type} ${value}`),
    ).toEqual([
      "mt1.shop.example CNAME smtp.postern.test",
      "rwmt1._domainkey.shop.example CNAME rwmt1.42.dkim.smtp.postern.test",
      "rwmt2._domainkey.shop.example CNAME rwmt2.42.dkim.smtp.postern.test",
      "_dmarc.shop.example TXT v=DMARC1; p=none; rua=mailto:dmarc@smtp.postern.test; " +
        "ruf=mailto:dmarc@smtp.postern.test; rf=afrf; pct=100",
      "mt-link.shop.example CNAME t.postern.test",
    ]);
  });

  it("pass by a detour", async () => {
    await set("mt1.shop.example", "CNAME", "Detour.Shop.Example.");
    await set("detour.shop.example", "CNAME", `smtp.${mailHost}`);
    expect((await check()).verification).toEqual({
      status: "pass",
      found: ["detour.shop.example", `smtp.${mailHost}`],
    });
  });

  it("pass when a DNS provider flattens the aliases to what stands behind them", async () => {
    await set(
      "mt1.shop.example",
      "TXT",
      "something else",
      "v=spf1 +include:amazonses.com include:own.example -all",
    );
    await set("mt1.shop.example", "MX", "10 feedback-smtp.us-east-1.amazonses.com");
    await set("rwmt1._domainkey.shop.example", "TXT", "v=DKIM1; k=rsa; p= KEYrw mt1");
    await set("mt-link.shop.example", "A", "192.0.2.8");
    expect(await statuses()).toMatchObject({
      verification: "pass",
      dkim1: "pass",
      link_verification: "pass",
    });
  });

  it("fail when they lead elsewhere, and tell where", async () => {
    await set("mt1.shop.example", "CNAME", "smtp.other.example");
    await set("rwmt1._domainkey.shop.example", "TXT", "v=DKIM1; k=rsa; p=another");
    await set("mt-link.shop.example", "A", "192.0.2.9");
    expect(await check()).toMatchObject({
      verification: { status: "fail", found: ["smtp.other.example"] },
      dkim1: { status: "fail", found: ["v=DKIM1; k=rsa; p=another"] },
      link_verification: { status: "fail", found: ["192.0.2.9"] },
    });
  });

  it("pass softly when the return path lets us send, but takes no bounces, or the other way round", async () => {
    await set("mt1.shop.example", "TXT", spf);
    expect(await statusOf("verification")).toBe("softfail");
    await dns.records.remove("mt1.shop.example");
    await set("mt1.shop.example", "CNAME", `smtp.${mailHost}`);
    await dns.records.remove(`smtp.${mailHost}`, "TXT");
    expect(await statusOf("verification")).toBe("softfail");
  });

  it("have the policy of the organizational domain where a subdomain has none", async () => {
    const child = { ...domain, name: "mail.shop.example" };
    expect(await statusOf("dmarc", child)).toBe("missing");
    await set("_dmarc.shop.example", "TXT", "v=DMARC1; p=reject; sp=none");
    expect(await statusOf("dmarc", child)).toBe("pass");
    await set("_dmarc.mail.shop.example", "TXT", "v=DMARC1; p=none", "v=DMARC1; p=reject");
    expect(await statusOf("dmarc", child)).toBe("fail");
  });

  it("are unknown, not missing, while the DNS does not answer", async () => {
    await setAll(domain);
    dns.records.faults.set("shop.example", "servfail");
    expect(new Set(Object.values(await statuses()))).toEqual(new Set(["network_error"]));
    dns.records.faults.clear();
    dns.records.faults.set("_domainkey.shop.example", "servfail");
    expect(await statuses()).toEqual({
      ...{ verification: "pass", dmarc: "pass", link_verification: "pass" },
      ...{ dkim1: "network_error", dkim2: "network_error" },
    });
  });

  it("show what fits a row, whatever a name server answers", async () => {
    await set(
      "_dmarc.shop.example",
      "TXT",
      ...Array.from({ length: 40 }, (_, place) => `${place}`.padEnd(1_200)),
    );
    const { found } = (await check()).dmarc;
    expect(found).toHaveLength(10);
    expect(Math.max(...found.map(({ length }) => length))).toBe(1_000);
  });
});
