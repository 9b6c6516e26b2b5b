import { describe, expect, it } from "vitest";
import { type FaultRule, faultRuleSchema, faultRules } from "./fault-rules.ts";

function rule(fields: Partial<FaultRule>): FaultRule {
  return faultRuleSchema.parse({ call: "sqs:SendMessage", effect: "throttle", ...fields });
}

function strikes(fields: Partial<FaultRule>, calls: number, random = () => 0): string[] {
  const rules = faultRules(random);
  rules.add([rule(fields)]);
  return Array.from({ length: calls }, () => rules.strike("Deliver", "sqs:SendMessage", "before") ?? "-");
}

describe("fault rules", () => {
  it("strike every fitting call unless told otherwise", () => {
    expect(strikes({}, 2)).toEqual(["throttle", "throttle"]);
  });

  it("pass other calls, other functions and other moments", () => {
    expect(strikes({ call: "sqs:DeleteMessage" }, 1)).toEqual(["-"]);
    expect(strikes({ function: "Send" }, 1)).toEqual(["-"]);
    expect(strikes({ when: "after" }, 1)).toEqual(["-"]);
  });

  it("take a star for any text, and a dot for a dot", () => {
    expect(strikes({ call: "sqs:*", function: "*" }, 1)).toEqual(["throttle"]);
    expect(strikes({ call: "*Message" }, 1)).toEqual(["throttle"]);
    expect(strikes({ call: "sqs.SendMessage*" }, 1)).toEqual(["-"]);
  });

  it("skip first, then strike so many times, and are spent", () => {
    expect(strikes({ skip: 1, times: 2 }, 5)).toEqual(["-", "throttle", "throttle", "-", "-"]);
  });

  it("strike by chance where a probability is given", () => {
    const draws = [0.05, 0.5, 0.09, 0.1];
    expect(strikes({ probability: 0.1 }, 4, () => draws.shift() ?? 1)).toEqual([
      "throttle",
      "-",
      "throttle",
      "-",
    ]);
  });

  it("let the next rule strike where the first one does not", () => {
    const rules = faultRules(() => 0);
    rules.add([rule({ times: 1, effect: "die" }), rule({ effect: "error" })]);
    const outcome = () => rules.strike("Deliver", "sqs:SendMessage", "before");
    expect([outcome(), outcome()]).toEqual(["die", "error"]);
  });

  it("end when they are cleared", () => {
    const rules = faultRules();
    rules.add([rule({})]);
    rules.clear();
    expect(rules.strike("Deliver", "sqs:SendMessage", "before")).toBeUndefined();
  });

  it.each([
    [{ call: "sqs:SendMessage" }, "effect"],
    [{ call: "sqs:SendMessage", effect: "explode" }, "effect"],
    [{ call: "sqs:SendMessage", effect: "die", probability: 2 }, "probability"],
    [{ call: "sqs:SendMessage", effect: "die", times: 0 }, "times"],
    [{ effect: "die" }, "call"],
  ])("that are mistyped are refused: %j", (given, field) => {
    const result = faultRuleSchema.safeParse(given);
    expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });

  it("with an unknown field are refused, since they would not do what was meant", () => {
    expect(faultRuleSchema.safeParse({ call: "*", effect: "die", probabilty: 0.1 }).success).toBe(false);
  });
});
