import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { deliverNodeOptions } from "../../shared/contracts/node-options.ts";
import { alarmsOn, deployedLength, ofType, synthesize, variablesOf } from "./synthesized.ts";

const resources = synthesize();
const functions = ofType(resources, "AWS::Lambda::Function");

describe("every function", () => {
  it.each(functions.map(([id]) => id))("takes no more than 4 KB for its variables: %s", (id) => {
    const sizes = Object.entries(variablesOf(resources, id) ?? {}).map(
      ([name, value]) => name.length + deployedLength(value),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_096);
  });

  it("is one of those that the design names", () => {
    expect(functions.map(([id]) => id).toSorted()).toEqual([
      "Api",
      "CheckDomains",
      "DeliverBulk",
      "DeliverTransactional",
      "DispatchWebhooks",
      "KeepStandings",
      "Operator",
      "PackLog",
      "ReceiveMail",
      "RecipientPages",
      "ReconcileQuota",
      "RecordEvents",
      "ResetPeriods",
      "SendBulk",
      "SendNotices",
      "SendTransactional",
      "SettleAudits",
      "TransferLists",
      "WatchReputation",
      "WatchTokens",
      "WatchUsage",
    ]);
  });

  it.each(functions)("%s runs on Node 24 and arm64, traced, with JSON logs", (_, { Properties }) => {
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "JSON" },
    });
  });

  it.each(functions)("%s has a log of its own that ends with its retention", (_, { Properties }) => {
    const log = resources[Properties.LoggingConfig.LogGroup.Ref];
    expect(log?.Type).toBe("AWS::Logs::LogGroup");
    expect(log?.Properties.RetentionInDays).toBe(30);
  });

  it.each(functions)("%s says where its source is, and it is there", (_, { Metadata }) => {
    expect(existsSync(String(Metadata?.["postern:entry"]))).toBe(true);
  });

  it.each(functions)("%s is told exactly what it asks its environment for", (id, { Metadata }) => {
    const folder = dirname(String(Metadata?.["postern:entry"]));
    const sources = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
    const own = sources.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
    const shared = [...own.matchAll(/from "(\S+-environment\.ts)"/g)].map(([, file]) =>
      join(folder, file ?? ""),
    );
    const text = [own, ...shared.map((file) => readFileSync(file, "utf8"))].join("\n");
    const namesIn = (pattern: RegExp) =>
      [...text.matchAll(pattern)].map(
        ([, name]) => environmentNames[name as keyof typeof environmentNames] as string,
      );
    const optional = new Set(namesIn(/environmentNames\.(\w+)\]: z\..*\.optional\(\)/g));
    const asked = new Set(namesIn(/environmentNames\.(\w+)/g));
    // The one that is for Node.js itself.
    const told = Object.keys(variablesOf(resources, id)).filter((name) => name !== "NODE_OPTIONS");
    expect(told.filter((name) => !optional.has(name)).toSorted()).toEqual(
      [...asked].filter((name) => !optional.has(name)).toSorted(),
    );
    expect(told.filter((name) => !asked.has(name))).toEqual([]);
  });

  it.each(functions)("%s rings when it fails and when it is throttled", (id) => {
    const watched = alarmsOn(resources, "FunctionName", id).map(({ Properties }) => Properties.MetricName);
    expect(watched.toSorted()).toEqual(["Errors", "Throttles"]);
  });
});

describe("a delivery worker", () => {
  it.each(["DeliverTransactional", "DeliverBulk"])("%s runs as its memory was measured", (id) => {
    expect(variablesOf(resources, id)["NODE_OPTIONS"]).toBe(deliverNodeOptions.join(" "));
  });

  it.each(["DeliverTransactional", "DeliverBulk"])(
    "%s has the disk for a batch of ten messages of 43 MiB, and for their attachments",
    (id) => {
      expect(resources[id]?.Properties.EphemeralStorage.Size).toBeGreaterThanOrEqual(1024);
    },
  );
});
