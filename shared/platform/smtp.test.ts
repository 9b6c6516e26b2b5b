import { describe, expect, it } from "vitest";
import { PosternError } from "./errors.ts";
import { smtpReply } from "./smtp.ts";

describe("an error over SMTP", () => {
  it("has the catalogue's code, enhanced status and text", () => {
    expect(smtpReply(new PosternError("month_limit_reached"))).toEqual({
      code: 535,
      text: "5.7.0 Monthly messages limit reached",
    });
  });

  it("has its own text where SMTP words it otherwise", () => {
    expect(smtpReply(new PosternError("unauthorized")).text).toBe("5.7.0 Invalid login or password");
  });

  it("says what is wrong with the message where the error knows", () => {
    const error = new PosternError("invalid_request", { messages: ["there is no From field"] });
    expect(smtpReply(error)).toEqual({ code: 550, text: "5.6.0 there is no From field" });
  });
});
