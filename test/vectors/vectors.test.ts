import { describe, expect, it } from "vitest";
import { fixturesOf, mismatches, readVectors, requestOf, type Vector } from "./vectors.ts";

const vector: Vector = {
  id: "v",
  title: "t",
  request: {
    method: "POST",
    host: "h",
    path: "/accounts/${ID}",
    headers: { "Api-Token": "${TOKEN}" },
    body: { id: "${ID:int}", big: { $chars: 3 }, many: { $repeat: 2, item: { to: "a@${DOMAIN}" } } },
  },
  expect: { status: 200 },
};

describe("a vector", () => {
  it("names its fixtures", () => {
    expect(fixturesOf(vector)).toEqual(["ID", "TOKEN", "DOMAIN"]);
  });

  it("becomes a request", () => {
    expect(requestOf(vector, { ID: 7, TOKEN: "s", DOMAIN: "d.example" })).toMatchObject({
      path: "/accounts/7",
      headers: { "Api-Token": "s" },
      body: { id: 7, big: "aaa", many: [{ to: "a@d.example" }, { to: "a@d.example" }] },
    });
  });

  it("cannot be used without its fixtures", () => {
    expect(() => requestOf(vector, { ID: 7 })).toThrow("TOKEN");
  });

  it("of this project is never without a status", () => {
    const vectors = readVectors("send-vectors.json");
    expect(vectors).toHaveLength(19);
    expect(vectors.every(({ expect: { status } }) => status >= 200)).toBe(true);
  });
});

describe("a pattern", () => {
  it.each([
    ["a literal", "a", "a"],
    ["an object with more keys than named", { a: 1 }, { a: 1, b: 2 }],
    ["a list", [1, "~int"], [1, 2]],
    ["each", { $each: "~string", $min: 1 }, ["a", "b"]],
    ["contains", { $contains: { a: 1 } }, [{ a: 2 }, { a: 1 }]],
    ["a UUID of no version", "~uuid", "0c7fd939-02cf-11ed-0040-0a58a9feac02"],
    ["null where allowed", "~iso8601|null", null],
    ["an absent key", { a: "~absent" }, {}],
    ["a searched expression", "~re:b+", "abbc"],
  ])("matches %s", (_, pattern, value) => {
    expect(mismatches(pattern, value)).toEqual([]);
  });

  it.each([
    ["another literal", "a", "b"],
    ["a missing key", { a: 1 }, {}],
    ["a longer list", [1], [1, 2]],
    ["too few", { $each: "~string", $min: 1 }, []],
    ["one wrong item", { $each: "~string" }, ["a", 1]],
    ["nothing alike", { $contains: { a: 1 } }, [{ a: 2 }]],
    ["no UUID", "~uuid", "0c7fd939"],
    ["null where not allowed", "~string", null],
    ["a present key", { a: "~absent" }, { a: null }],
    ["a list for an object", { a: 1 }, [1]],
  ])("does not match %s", (_, pattern, value) => {
    expect(mismatches(pattern, value)).toHaveLength(1);
  });

  it("with an unknown matcher is a mistake of the vector", () => {
    expect(() => mismatches("~colour", "red")).toThrow("~colour");
  });
});
