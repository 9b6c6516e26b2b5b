import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { verdictOn } from "../support/mail-verdict.ts";
import { officialClient } from "../support/official-client.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
let website: Server;
let customer: Customer;
beforeAll(async () => {
  cloud = await startLocalCloud();
  website = createServer((_, response) => response.end("Hello"));
  await new Promise<void>((resolve) => website.listen(0, "127.0.0.1", resolve));
  customer = await cloud.newAccount({});
});
afterAll(async () => {
  website.close();
  await cloud.stop();
});

interface Domain {
  readonly id: number;
  readonly compliance_status: string;
  readonly dns_records: {
    name: string;
    domain: string;
    type: "CNAME" | "TXT";
    value: string;
    status: string;
  }[];
}

async function ask(method: string, path: string, body?: object): Promise<Domain> {
  const response = await fetch(`${cloud.urls.api}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${customer.token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Domain;
}

/** A domain of the customer's that may send, by the way that a customer goes. */
async function compliantDomain(name: string): Promise<Domain> {
  const client = officialClient({ ...customer, urls: cloud.urls });
  const created = await client.sendingDomains.create({ domain_name: name });
  expect(created).toMatchObject({ domain_name: name, compliance_status: "unverified_dns" });
  const { dns_records: records } = await ask("GET", `domains/${created.id}`);
  await cloud.dns({ records: [...records, { name, type: "A", value: "127.0.0.1" }] });
  const { port } = website.address() as AddressInfo;
  await ask("POST", `domains/${created.id}/company_info`, {
    company_info: {
      ...{ name: "Till & Co", address: "4 Quay Rd", city: "Cork", country: "IE", zip_code: "T12" },
      website_url: `http://127.0.0.1:${port}/`,
    },
  });
  const checked = await ask("POST", `domains/${created.id}/check`);
  expect(checked.dns_records.map(({ status }) => status)).toEqual(["pass", "pass", "pass", "pass", "pass"]);
  expect(checked.compliance_status).toBe("under_review");
  await cloud.advanceClock({ minutes: 3 });
  return await eventually(async () => {
    const domain = await ask("GET", `domains/${created.id}`);
    expect(domain.compliance_status).toBe("compliant");
    return domain;
  });
}

async function send(from: string, to: string): Promise<number> {
  const email = { from: { email: from }, to: [{ email: to }], subject: "Hi", text: "Hello" };
  return (await post(cloud, email, { token: customer.token })).status;
}

async function verdictOnMailTo(address: string) {
  const mail = await eventually(async () => {
    const found = (await cloud.mailbox()).filter(({ envelope }) => envelope.to[0]?.address === address);
    expect(found).toHaveLength(1);
    return found[0] as (typeof found)[number];
  });
  const sender = mail.envelope.from.address;
  return await verdictOn(await cloud.rawMail(mail.id), { sender, dnsServer: await cloud.dnsServer() });
}

describe("a domain that its owner sets up", () => {
  it.each(["journey.example", "news.journey.example"])(
    "%s goes from nothing to compliant, and its mail passes SPF, DKIM and DMARC in alignment on both routes",
    async (name) => {
      expect(await send(`hello@${name}`, "early@example.net")).toBe(401);
      const { dns_records: records } = await compliantDomain(name);
      const verified = {
        ...{ spf: "pass", spfDomain: `${records[0]?.name}.${name}`, dmarc: "pass" },
        dkim: expect.arrayContaining([{ result: "pass", domain: name, selector: "rwmt1" }]),
        alignment: { spf: { result: `${records[0]?.name}.${name}` }, dkim: { result: name } },
      };
      expect(await send(`hello@${name}`, `ses@${name}.test`)).toBe(200);
      expect(await verdictOnMailTo(`ses@${name}.test`)).toMatchObject(verified);

      await cloud.faults({ ses: { effect: "refuse", exception: "SendingPausedException" } });
      expect(await send(`hello@${name}`, `smtp@${name}.test`)).toBe(200);
      expect(await verdictOnMailTo(`smtp@${name}.test`)).toMatchObject(verified);
      await cloud.faults({});
      await cloud.advanceClock({ minutes: 1 });
    },
  );

  it("tells the owner at each step", async () => {
    await cloud.advanceClock({ minutes: 1 });
    await eventually(async () => {
      const mails = (await cloud.mailbox()).filter(({ subject }) => subject.startsWith("journey.example"));
      expect(mails.map(({ subject }) => subject).toSorted()).toEqual([
        "journey.example is ready to send",
        "journey.example is under review",
      ]);
    });
  });

  it("covers no other name than its own", async () => {
    expect(await send("hello@other.journey.example", "a@example.net")).toBe(401);
    expect(await send(`hello@${cloud.domain}`, "a@example.net")).toBe(401);
  });

  it("loses its rights an hour after its records are gone", async () => {
    await cloud.dns({ remove: [{ name: "_dmarc.journey.example" }] });
    await cloud.advanceClock({ hours: 25 });
    await cloud.advanceClock({ hours: 1, minutes: 1 });
    await eventually(async () => expect(await send("hello@journey.example", "late@example.net")).toBe(403));
  });
});

describe("a demo domain", () => {
  it("sends to its owner alone, signed by the operator's domain", async () => {
    const demo = `demo-${customer.accountId}.postern.example`;
    expect(await send(`hello@${demo}`, "somebody@example.net")).toBe(403);
    expect(await send(`hello@${demo}`, `owner@${customer.domain}`)).toBe(200);
  });
});
