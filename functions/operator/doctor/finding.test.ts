import { describe, expect, it } from "vitest";
import { look, ok } from "./finding.ts";

function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

describe("a look", () => {
  it("is what was found", async () => {
    expect(await look("It", () => ok("is there"))).toEqual({ name: "It", outcome: "ok", says: "is there" });
  });

  it.each(["AccessDeniedException", "AccessDenied"])(
    "names the permission that is missing where AWS says %s",
    async (name) => {
      const message =
        "User: arn:aws:sts::1:assumed-role/r/Operator is not authorized to perform: sns:ListSubscriptionsByTopic on resource: arn:aws:sns:eu-central-1:1:T because no identity-based policy allows it";
      expect(await look("It", () => Promise.reject(awsError(name, message)))).toEqual({
        ...{ name: "It", outcome: "failed" },
        says: "the function Operator may not sns:ListSubscriptionsByTopic",
        remedy:
          "Its role lacks the permission sns:ListSubscriptionsByTopic on arn:aws:sns:eu-central-1:1:T: deploy the stack again.",
      });
    },
  );

  it("says what else went wrong", async () => {
    const found = await look("It", () => Promise.reject(awsError("ServiceUnavailable", "Please slow down")));
    expect(found).toMatchObject({
      outcome: "failed",
      says: expect.stringContaining("ServiceUnavailable: Please slow down"),
    });
  });
});
