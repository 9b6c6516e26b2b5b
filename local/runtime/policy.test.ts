import { describe, expect, it } from "vitest";
import { decide, statementsOf } from "./policy.ts";

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";

function decision(statements: object | object[], action: string, resource?: string) {
  const permission = resource === undefined ? { action } : { action, resource };
  return decide(statementsOf({ Statement: statements }), permission);
}

describe("a policy", () => {
  it("allows what a statement names, and nothing else", () => {
    const statement = { Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: table };
    expect(decision(statement, "dynamodb:GetItem", table)).toBe("allowed");
    expect(decision(statement, "dynamodb:PutItem", table)).toBe("not allowed");
    expect(decision(statement, "dynamodb:GetItem", `${table}2`)).toBe("not allowed");
    expect(decision([], "dynamodb:GetItem", table)).toBe("not allowed");
  });

  it("does not stretch a table to its indexes", () => {
    const statement = { Effect: "Allow", Action: "dynamodb:Query", Resource: table };
    const indexes = { ...statement, Resource: [table, `${table}/index/*`] };
    expect(decision(statement, "dynamodb:Query", `${table}/index/byName`)).toBe("not allowed");
    expect(decision(indexes, "dynamodb:Query", `${table}/index/byName`)).toBe("allowed");
  });

  it("takes wildcards in actions and resources, and actions without regard to case", () => {
    const statement = { Effect: "Allow", Action: "S3:Get*", Resource: "arn:aws:s3:::payloads/a?/*" };
    expect(decision(statement, "s3:GetObject", "arn:aws:s3:::payloads/ab/c/d")).toBe("allowed");
    expect(decision(statement, "s3:GetObject", "arn:aws:s3:::payloads/abc/d")).toBe("not allowed");
    expect(decision(statement, "s3:PutObject", "arn:aws:s3:::payloads/ab/c")).toBe("not allowed");
  });

  it("takes dots for dots", () => {
    const statement = { Effect: "Allow", Action: "ses:SendEmail", Resource: "identity/a.example" };
    expect(decision(statement, "ses:SendEmail", "identity/axexample")).toBe("not allowed");
  });

  it("lets a denial win over every allowance", () => {
    const all = { Effect: "Allow", Action: "*", Resource: "*" };
    const denial = { Effect: "Deny", Action: "dynamodb:Delete*", Resource: "*" };
    expect(decision([all, denial], "dynamodb:DeleteItem", table)).toBe("explicitly denied");
    expect(decision([all, denial], "dynamodb:GetItem", table)).toBe("allowed");
  });

  it("counts a conditional allowance and passes over a conditional denial", () => {
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    const allowed = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*", Condition };
    const denied = { Effect: "Deny", Action: "sqs:*", Resource: "*", Condition };
    expect(decision([allowed, denied], "sqs:SendMessage", "queue")).toBe("allowed");
  });

  it("knows NotAction and NotResource", () => {
    const statement = { Effect: "Allow", NotAction: "iam:*", NotResource: "arn:secret*" };
    expect(decision(statement, "s3:GetObject", "arn:other")).toBe("allowed");
    expect(decision(statement, "iam:PassRole", "arn:other")).toBe("not allowed");
    expect(decision(statement, "s3:GetObject", "arn:secret/1")).toBe("not allowed");
  });

  it("asks for the action alone where the call does not tell the resource", () => {
    const statement = { Effect: "Allow", Action: "kms:Decrypt", Resource: "arn:key" };
    expect(decision(statement, "kms:Decrypt")).toBe("allowed");
    expect(decision(statement, "kms:Encrypt")).toBe("not allowed");
  });
});
