import { describe, expect, it } from "vitest";
import { outcomeOfSmtpError } from "./smtp-errors.ts";

function failure(fields: { message?: string } & Record<string, unknown>): Error {
  return Object.assign(new Error(fields.message ?? "text"), fields);
}

describe("an SMTP failure", () => {
  it.each([
    ["login refused", { code: "EAUTH", responseCode: 535, command: "AUTH PLAIN" }],
    ["name unknown", { code: "EDNS", command: "CONN" }],
    ["connection refused", { code: "ESOCKET", syscall: "connect", command: "CONN" }],
    ["no answer", { code: "ETIMEDOUT", message: "Connection timeout", command: "CONN" }],
    ["no greeting", { code: "ETIMEDOUT", message: "Greeting never received", command: "CONN" }],
    ["TLS refused", { code: "ETLS", command: "STARTTLS" }],
    ["a greeting that refuses", { code: "EPROTOCOL", responseCode: 421, command: "CONN" }],
  ])("before the message, %s, is a relay's sickness and a recipient's server's trouble", (_what, fields) => {
    expect(outcomeOfSmtpError(failure(fields), "relay")).toMatchObject({ kind: "sick", widely: true });
    const outcome = outcomeOfSmtpError(failure(fields), "recipient");
    expect(outcome).toMatchObject({ kind: "temporary" });
    expect(outcome).not.toHaveProperty("mayHaveLeft");
  });

  it.each([
    ["RCPT TO", 550, "550 5.1.1 unknown", "refused"],
    ["MAIL FROM", 550, "550 5.7.1 not you", "refused"],
    ["DATA", 554, "554 5.7.1 spam", "refused"],
    ["RCPT TO", 452, "452 4.2.2 full", "temporary"],
    ["DATA", 451, "451 4.3.0 later", "temporary"],
  ])("with a reply to %s means what the reply says: %i %s", (command, responseCode, response, kind) => {
    const error = failure({ code: "EENVELOPE", command, responseCode, response });

    expect(outcomeOfSmtpError(error, "relay")).toMatchObject({
      kind,
      reason: response,
      reply: { response, responseCode },
    });
    expect(outcomeOfSmtpError(error, "recipient")).toMatchObject({
      kind,
      reason: response,
      reply: { response, responseCode },
    });
  });

  it.each([
    ["wants a login first", "MAIL FROM", 530, "530 5.7.0 Authentication required"],
    ["wants TLS first", "MAIL FROM", 530, "530 5.7.0 Must issue a STARTTLS command first"],
    ["finds the login too weak", "MAIL FROM", 534, "534 5.7.9 mechanism is too weak"],
    ["has forgotten the login", "RCPT TO", 535, "535 5.7.8 credentials invalid"],
  ])("of a relay that %s says nothing about the message", (_what, command, responseCode, response) => {
    const error = failure({ code: "EENVELOPE", command, responseCode, response });

    expect(outcomeOfSmtpError(error, "relay")).toEqual({ kind: "sick", reason: response, widely: true });
    expect(outcomeOfSmtpError(error, "recipient")).toMatchObject({ kind: "refused", reason: response });
  });

  it.each([
    ["closed", { code: "ECONNECTION", command: "CONN" }],
    ["silent", { code: "ETIMEDOUT", message: "Timeout", command: "CONN" }],
    ["reset", { code: "ESOCKET", syscall: "read", command: "CONN" }],
  ])("of a connection that is %s may come after the message has left", (_what, fields) => {
    expect(outcomeOfSmtpError(failure(fields), "relay")).toMatchObject({
      kind: "temporary",
      mayHaveLeft: true,
    });
  });
});
