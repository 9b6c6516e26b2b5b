// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's placeholders
import { describe, expect, it } from "vitest";
import { resolver } from "./intrinsics.ts";
import type { Template } from "./template.ts";

const template: Template = {
  Resources: {},
  Parameters: { Stage: { Default: "test" }, Asked: {} },
  Mappings: { Sizes: { small: { memory: "128" } } },
  Conditions: {
    IsTest: { "Fn::Equals": [{ Ref: "Stage" }, "test"] },
    IsLive: { "Fn::Not": [{ Condition: "IsTest" }] },
    Both: { "Fn::And": [{ Condition: "IsTest" }, { Condition: "IsLive" }] },
    Either: { "Fn::Or": [{ Condition: "IsTest" }, { Condition: "IsLive" }] },
  },
};

const resolve = resolver(template, {
  pseudoParameters: { "AWS::Region": "us-east-1" },
  ref: (id) => `ref-of-${id}`,
  attribute: (id, attribute) => `${id}:${attribute}`,
});

describe("resolving a template", () => {
  it("leaves plain values as they are", () => {
    expect(resolve({ a: [1, "two", null, true], b: { c: "d" } })).toEqual({
      a: [1, "two", null, true],
      b: { c: "d" },
    });
  });

  it("replaces references to resources, parameters and pseudo parameters, however deep", () => {
    expect(resolve({ a: [{ b: { Ref: "Table" } }, { Ref: "Stage" }, { Ref: "AWS::Region" }] })).toEqual({
      a: [{ b: "ref-of-Table" }, "test", "us-east-1"],
    });
  });

  it("knows both forms of GetAtt", () => {
    expect(resolve({ "Fn::GetAtt": ["Role", "Arn"] })).toBe("Role:Arn");
    expect(resolve({ "Fn::GetAtt": "Queue.Attributes.Arn" })).toBe("Queue:Attributes.Arn");
  });

  it("joins, splits, selects and looks up, one inside the other", () => {
    expect(resolve({ "Fn::Join": ["-", ["a", { Ref: "Stage" }, 3]] })).toBe("a-test-3");
    expect(resolve({ "Fn::Select": [1, { "Fn::Split": [":", "a:b:c"] }] })).toBe("b");
    expect(resolve({ "Fn::FindInMap": ["Sizes", "small", "memory"] })).toBe("128");
    expect(resolve({ "Fn::Base64": "text" })).toBe("dGV4dA==");
  });

  it("substitutes variables of its own first, then references and attributes, and leaves ${!literals}", () => {
    expect(resolve({ "Fn::Sub": "${Table}/${Role.Arn}/${!Kept}/${AWS::Region}" })).toBe(
      "ref-of-Table/Role:Arn/${Kept}/us-east-1",
    );
    expect(resolve({ "Fn::Sub": ["${Table}", { Table: { Ref: "Stage" } }] })).toBe("test");
  });

  it("chooses by conditions, which may rest on others", () => {
    const chosen = (condition: string) => resolve({ "Fn::If": [condition, "yes", "no"] });
    expect(["IsTest", "IsLive", "Both", "Either"].map(chosen)).toEqual(["yes", "no", "no", "yes"]);
  });

  it("leaves out what has no value", () => {
    expect(resolve({ a: { Ref: "AWS::NoValue" }, b: ["c", { Ref: "AWS::NoValue" }] })).toEqual({ b: ["c"] });
    expect(resolve({ "Fn::If": ["IsLive", "value", { Ref: "AWS::NoValue" }] })).toBeUndefined();
  });

  it("does not take the condition of a policy statement for one of its own", () => {
    const statement = { Condition: { Bool: { "aws:SecureTransport": "false" } } };
    expect(resolve(statement)).toEqual(statement);
  });

  it.each([
    [{ "Fn::ImportValue": "x" }, /Fn::ImportValue/],
    [{ Ref: "AWS::Unheard" }, /AWS::Unheard/],
    [{ Ref: "Asked" }, /Asked has no default/],
    [{ "Fn::If": ["Missing", 1, 2] }, /no condition Missing/],
    [{ "Fn::FindInMap": ["Sizes", "huge", "memory"] }, /finds nothing/],
    [{ "Fn::Select": [5, ["a"]] }, /finds nothing/],
    [{ "Fn::Join": ["-", [{ nested: "object" }]] }, /a text is expected/],
  ])("throws on what it does not know: %j", (value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});
