import {
  AccountSuspendedException,
  BadRequestException,
  InternalServiceErrorException,
  MailFromDomainNotVerifiedException,
  MessageRejected,
  NotFoundException,
  SendingPausedException,
  TooManyRequestsException,
} from "@aws-sdk/client-sesv2";
import { describe, expect, it } from "vitest";
import { outcomeOfSesError } from "./ses-errors.ts";

function sdk<E>(Exception: new (options: never) => E, httpStatusCode: number, message = "text"): E {
  return new Exception({ message, $metadata: { httpStatusCode } } as never);
}

function named(name: string, httpStatusCode?: number, more: object = {}): Error {
  const metadata = httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } };
  return Object.assign(new Error("text"), { name, ...metadata, ...more });
}

const unverified =
  "Email address is not verified. The following identities failed the check in region US-EAST-1: a";

describe("an error of SES", () => {
  it.each([
    ["TooManyRequests", sdk(TooManyRequestsException, 429)],
    ["a throttling by another name", named("ThrottlingException", 400)],
    ["503", named("ServiceUnavailable", 503)],
  ])("that may pass in moments, %s, is tried again before the other route is", (_name, error) => {
    expect(outcomeOfSesError(error)).toMatchObject({ kind: "sick", widely: true, briefly: true });
  });

  it.each([
    ["account suspended", sdk(AccountSuspendedException, 400)],
    ["sending paused", sdk(SendingPausedException, 400)],
    ["no permission", named("AccessDeniedException", 403)],
    ["a wrong clock", named("InvalidSignatureException", 403)],
    ["nobody there", named("Error", undefined, { code: "ECONNREFUSED" })],
    ["no name", named("Error", undefined, { code: "ENOTFOUND" })],
  ])("that all messages would meet, %s, makes the route sick", (_name, error) => {
    const outcome = outcomeOfSesError(error);
    expect(outcome).toMatchObject({ kind: "sick", widely: true });
    expect(outcome).not.toHaveProperty("briefly");
  });

  it.each([
    ["MAIL FROM not verified", sdk(MailFromDomainNotVerifiedException, 400)],
    ["identity missing", sdk(NotFoundException, 404)],
    ["identity not verified", sdk(MessageRejected, 400, unverified)],
  ])("about one sender, %s, says nothing of the others", (_name, error) => {
    expect(outcomeOfSesError(error)).toMatchObject({ kind: "sick", widely: false });
  });

  it.each([
    ["rejected", sdk(MessageRejected, 400, "Message contains a virus")],
    ["a bad request", sdk(BadRequestException, 400)],
  ])("about the message itself, %s, is final", (_name, error) => {
    expect(outcomeOfSesError(error)).toMatchObject({ kind: "refused" });
  });

  it.each([
    ["500", sdk(InternalServiceErrorException, 500)],
    ["502", named("Unknown", 502)],
    ["a time-out", named("TimeoutError")],
    ["a reset connection", named("Error", undefined, { code: "ECONNRESET" })],
    ["an answer that is none", named("SyntaxError", 200)],
    ["something that is no error", "text"],
  ])("that leaves open whether the message was taken, %s, is unknown", (_name, error) => {
    expect(outcomeOfSesError(error)).toMatchObject({ kind: "unknown" });
  });
});
