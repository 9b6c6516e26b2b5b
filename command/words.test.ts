import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { actionNames } from "../functions/operator/actions.ts";

/** Actions that have no word, and why. */
const withoutWord: Readonly<Record<string, string>> = {
  setDomainStatus: "`domains approve` and `reject` decide and tell the owner; this is for who sets up a test",
  showStanding: "`accounts show` has it",
};

const folder = join(import.meta.dirname, "commands");
const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
/** The operator's function is asked by these two methods only. */
const asked = sources.flatMap((source) =>
  [...source.matchAll(/operator\s*\.\s*(?:ask|read)\((?:\s*\w+Schema,)?\s*"(\w+)"/g)].map(
    ([, name]) => name ?? "",
  ),
);

describe("the program's words", () => {
  it.each(actionNames.filter((name) => !(name in withoutWord)))("there is one for the action %s", (name) => {
    expect(asked).toContain(name);
  });

  it("ask for no action that there is not", () => {
    const calls = sources.flatMap((source) => [...source.matchAll(/operator\s*\.\s*(?:ask|read)\(/g)]);
    expect(asked).toHaveLength(calls.length);
    expect(asked.filter((name) => !new Set<string>(actionNames).has(name))).toEqual([]);
  });

  it("are not missing for a reason that is over", () => {
    const names = Object.keys(withoutWord);
    expect(names.filter((name) => asked.includes(name))).toEqual([]);
    expect(names.filter((name) => !new Set<string>(actionNames).has(name))).toEqual([]);
  });
});
