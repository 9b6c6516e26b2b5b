import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalDns, startDns } from "../../local/engines/dns/dns.ts";
import { type DnsClient, dnsClient } from "./dns-client.ts";

let dns: LocalDns;
let client: DnsClient;

beforeAll(async () => {
  dns = await startDns();
  client = dnsClient({ server: dns.address });
  await dns.records.set([
    { name: "a.example", type: "TXT", value: "x".repeat(300) },
    { name: "a.example", type: "AAAA", value: "2001:db8::1" },
    { name: "b.example", type: "CNAME", value: "a.example" },
    { name: "dangling.example", type: "CNAME", value: "nowhere.example" },
  ]);
  dns.records.faults.set("slow.example", "silent").set("sick.example", "servfail");
});
afterAll(() => dns.stop());

it("finds texts whole, addresses of either version, and the alias itself", async () => {
  expect(await client.txt("b.example")).toEqual({ outcome: "found", values: ["x".repeat(300)] });
  expect(await client.addresses("b.example")).toEqual({ outcome: "found", values: ["2001:db8::1"] });
  expect(await client.cname("b.example")).toEqual({ outcome: "found", values: ["a.example"] });
});

it("says that there is nothing", async () => {
  expect(await client.txt("nobody.example")).toEqual({ outcome: "absent" });
  expect(await client.mx("a.example")).toEqual({ outcome: "absent" });
  expect(await client.cname("a.example")).toEqual({ outcome: "absent" });
  expect(await client.txt("dangling.example")).toEqual({ outcome: "absent" });
});

it("tells absence from a server that is silent or fails", async () => {
  expect(await client.addresses("sick.example")).toMatchObject({ outcome: "unknown" });
  expect(await client.txt("slow.example")).toMatchObject({ outcome: "unknown", reason: "ETIMEOUT" });
}, 20_000);
