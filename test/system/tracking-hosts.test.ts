import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Template as LocalTemplate } from "../../local/template/template.ts";
import { newApp } from "../infra/synthesized.ts";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  const { stack } = newApp({ local: true, customTrackingHosts: true });
  cloud = await startLocalCloud({
    templatePatch: () => Template.fromStack(stack).toJSON() as LocalTemplate,
  });
});
afterAll(() => cloud.stop());

interface Domain {
  readonly custom_domain_tracking_status: string;
  readonly dns_records: { domain: string; type: "CNAME" | "TXT"; value: string; key: string }[];
}

async function ask(method: string, path: string, body?: object): Promise<Domain> {
  const response = await fetch(`${cloud.urls.api}/api/domains/${cloud.domainId}${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Domain;
}

async function hostsIn(address: string): Promise<{ click: string; hosts: Set<string> }> {
  const html = '<p><a href="https://shop.example.com/">Shop</a></p>';
  expect((await post(cloud, { to: [{ email: address }], subject: "Sale", html })).status).toBe(200);
  const mail = await eventually(async () => {
    const found = (await cloud.mailbox()).find(({ envelope }) => envelope.to[0]?.address === address);
    expect(found).toBeDefined();
    return found;
  });
  const links = [...(mail?.html ?? "").matchAll(/https?:\/\/[^"]+\/[oc]\/[\w-]+/g)].map(
    ([link]) => new URL(link),
  );
  const click = links.find(({ pathname }) => pathname.startsWith("/c/"))?.pathname ?? "";
  return { click, hosts: new Set(links.map(({ hostname }) => hostname)) };
}

it("names a domain's own host in links once it has a certificate, and answers there", async () => {
  const settings = { click_tracking_enabled: true, custom_domain_tracking_enabled: true };
  const { dns_records: records } = await ask("PATCH", "", { sending_domain: settings });
  expect((await ask("GET", "")).custom_domain_tracking_status).toBe("off");
  await cloud.dns({ records: records.map(({ domain: name, type, value }) => ({ name, type, value })) });
  expect((await ask("POST", "/check")).custom_domain_tracking_status).toBe("pending");
  expect((await hostsIn("early@example.net")).hosts).toEqual(new Set(["localhost"]));

  await cloud.advanceClock({ minutes: 16 });
  await cloud.advanceClock({ minutes: 15 });
  await cloud.advanceClock({ minutes: 15 });
  await eventually(async () => expect((await ask("GET", "")).custom_domain_tracking_status).toBe("active"));
  const { click, hosts } = await hostsIn("reader@example.net");
  expect(hosts).toEqual(new Set([`mt-link.${cloud.domain}`]));
  const visit = await fetch(`${cloud.urls.track}${click}`, { redirect: "manual" });
  expect([visit.status, visit.headers.get("location")]).toEqual([302, "https://shop.example.com/"]);
});
