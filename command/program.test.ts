import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { longest, runProgram } from "../test/support/operator-program.ts";

/** As where there is no installation. */
const postern = (args: readonly string[]) => runProgram({ stateFolder: "/nowhere" }, args);

describe("the operator's program", () => {
  it("says its version, which is the package's", async () => {
    const { out, code } = await postern(["--version"]);
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    expect([code, out]).toEqual([0, version]);
  });

  it.each([
    "",
    "accounts",
    ...[
      "list",
      "show",
      "create",
      "plan",
      "overage",
      "statements",
      "discount",
      "refund",
      "unpaid",
      "limits",
    ].map((name) => `accounts ${name}`),
    ...["suspend", "lift", "answered", "ban"].map((name) => `accounts ${name}`),
    ...["list", "show", "create", "add"].map((name) => `organizations ${name}`),
    ...["list", "add", "accept"].map((name) => `users ${name}`),
    "tokens create",
    ...["list", "review", "add", "approve", "reject", "settings"].map((name) => `domains ${name}`),
    "suspensions",
    "complaint",
    ...["depth", "dead", "replay"].map((name) => `queues ${name}`),
    "usage",
    "doctor",
  ])("helps with %j, in 80 columns", async (words) => {
    const { code, out } = await postern([...words.split(" ").filter(Boolean), "--help"]);
    expect([code, longest(out) <= 80]).toEqual([0, true]);
    expect(out).toContain("--json");
  });
});
