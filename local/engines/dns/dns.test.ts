import { Resolver } from "node:dns/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalDns, startDns } from "./dns.ts";

describe("the local DNS", () => {
  let dns: LocalDns;
  let resolver: Resolver;
  const use = (server: LocalDns) => {
    dns = server;
    resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([dns.address]);
  };

  beforeEach(async () => use(await startDns()));
  afterEach(() => dns.stop());

  it("answers what is set, of every type", async () => {
    await dns.records.set([
      { name: "a.example", type: "A", value: "192.0.2.1" },
      { name: "a.example", type: "AAAA", value: "2001:db8::1" },
      { name: "a.example", type: "MX", value: "10 mx.a.example" },
      { name: "a.example", type: "TXT", value: "v=spf1 -all" },
      { name: "b.example", type: "CNAME", value: "a.example" },
    ]);
    expect(await resolver.resolve4("a.example")).toEqual(["192.0.2.1"]);
    expect(await resolver.resolve6("a.example")).toEqual(["2001:db8::1"]);
    expect(await resolver.resolveMx("A.Example")).toEqual([
      expect.objectContaining({ priority: 10, exchange: "mx.a.example" }),
    ]);
    expect(await resolver.resolveTxt("a.example")).toEqual([["v=spf1 -all"]]);
    expect(await resolver.resolveCname("b.example")).toEqual(["a.example"]);
  });

  it("follows aliases, and stops at a loop", async () => {
    await dns.records.set([
      { name: "one.example", type: "CNAME", value: "two.example." },
      { name: "two.example", type: "CNAME", value: "three.example" },
      { name: "three.example", type: "TXT", value: "found" },
      { name: "loop.example", type: "CNAME", value: "loop.example" },
    ]);
    expect(await resolver.resolveTxt("one.example")).toEqual([["found"]]);
    expect(await resolver.resolveTxt("loop.example")).toEqual([]);
  });

  it("cuts long texts into strings, as DNS wants them", async () => {
    const value = `v=DKIM1; p=${"A".repeat(400)}`;
    await dns.records.set([{ name: "key.example", type: "TXT", value }]);
    const [strings] = await resolver.resolveTxt("key.example");
    expect(strings?.map(({ length }) => length)).toEqual([255, value.length - 255]);
    expect(strings?.join("")).toBe(value);
  });

  it("tells a name that does not exist from one without records of that type", async () => {
    await dns.records.set([{ name: "a.deep.example", type: "TXT", value: "x" }]);
    await expect(resolver.resolveTxt("nobody.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(resolver.resolveMx("a.deep.example")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolveTxt("deep.example")).rejects.toMatchObject({ code: "ENODATA" });
  });

  it("knows where mailbox providers take mail, and of nobody else in the world", async () => {
    const [gmail] = await resolver.resolveMx("gmail.com");
    expect(gmail?.exchange).toMatch(/google\.com$/);
    await expect(resolver.resolveMx("wikipedia.org")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("is silent or fails for a name and all below it, when told so", async () => {
    await dns.records.set([{ name: "x.slow.example", type: "TXT", value: "x" }]);
    dns.records.faults.set("slow.example", "silent");
    dns.records.faults.set("sick.example", "servfail");
    await expect(resolver.resolveTxt("x.slow.example")).rejects.toMatchObject({ code: "ETIMEOUT" });
    await expect(resolver.resolveTxt("sick.example")).rejects.toMatchObject({ code: "ESERVFAIL" });
  });

  it("replaces records of the same name and type, and forgets", async () => {
    const txt = (value: string) => ({ name: "a.example", type: "TXT" as const, value });
    await dns.records.set([txt("one"), txt("two"), { name: "a.example", type: "A", value: "192.0.2.1" }]);
    await dns.records.set([txt("three")]);
    expect(await resolver.resolveTxt("a.example")).toEqual([["three"]]);
    await dns.records.remove("a.example", "TXT");
    await expect(resolver.resolveTxt("a.example")).rejects.toMatchObject({ code: "ENODATA" });
    await dns.records.remove("a.example");
    await expect(resolver.resolve4("a.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("keeps its records over a restart", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "dns-"));
    const first = await startDns({ dataDir });
    await first.records.set([{ name: "kept.example", type: "A", value: "192.0.2.9" }]);
    await first.stop();
    await dns.stop();
    use(await startDns({ dataDir }));
    expect(await resolver.resolve4("kept.example")).toEqual(["192.0.2.9"]);
    await rm(dataDir, { recursive: true });
  });
});
