import { describe, expect, it } from "vitest";
import { canSendFrom } from "./permissions.ts";
import type { Token, TokenResource } from "./token.ts";

const accountId = 7;
const domainId = 12;

function tokenWith(...resources: TokenResource[]): Token {
  const usual = { last4Digits: "abcd", createdBy: "System", told: [] };
  return { id: 1, accountId, name: "t", expiresAt: null, resources, ...usual };
}

describe("a token may send from a domain", () => {
  it.each<[string, TokenResource[], boolean]>([
    ["as admin of the domain", [{ resourceType: "domain", resourceId: 12, accessLevel: 100 }], true],
    ["as admin of the account", [{ resourceType: "account", resourceId: 7, accessLevel: 100 }], true],
    ["not as viewer of the domain", [{ resourceType: "domain", resourceId: 12, accessLevel: 10 }], false],
    ["not as viewer of the account", [{ resourceType: "account", resourceId: 7, accessLevel: 10 }], false],
    ["not as admin of another domain", [{ resourceType: "domain", resourceId: 13, accessLevel: 100 }], false],
    [
      "not as admin of another account",
      [{ resourceType: "account", resourceId: 12, accessLevel: 100 }],
      false,
    ],
    [
      "not as admin of a domain whose id is the account's",
      [{ resourceType: "domain", resourceId: 7, accessLevel: 100 }],
      false,
    ],
    ["not without any permission", [], false],
    [
      "as viewer of the account and admin of the domain",
      [
        { resourceType: "account", resourceId: 7, accessLevel: 10 },
        { resourceType: "domain", resourceId: 12, accessLevel: 100 },
      ],
      true,
    ],
  ])("%s", (_how, resources, expected) => {
    expect(canSendFrom(tokenWith(...resources), domainId)).toBe(expected);
  });
});
