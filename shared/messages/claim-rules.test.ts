import { describe, expect, it } from "vitest";
import { evidenceWaitMs, mayHaveLeft, verdictOn } from "./claim-rules.ts";
import type { MessageRow } from "./message.ts";

const now = Date.UTC(2026, 0, 31, 12);

function row(fields: Partial<MessageRow>): MessageRow {
  return { accountId: 1, messageId: "m", state: "claimed", expiresAt: 0, ...fields };
}

describe("a message that has a row", () => {
  it.each(["sent", "failed", "refused"] as const)("is left alone when it is %s", (state) => {
    expect(verdictOn(row({ state, claimUntil: 0, acceptedByProviderAt: 1 }), now)).toEqual({ kind: "done" });
  });

  it("is taken when it waited for an hour, even before that hour", () => {
    expect(verdictOn(row({ state: "waiting", nextAttemptAt: now + 1 }), now)).toEqual({ kind: "take" });
  });

  it("is taken back with its quota unit when that was released", () => {
    expect(verdictOn(row({ state: "released" }), now)).toEqual({ kind: "take-back" });
  });

  it("is tried again when the time has come and not before", () => {
    expect(verdictOn(row({ state: "retry", nextAttemptAt: now + 1 }), now)).toEqual({
      kind: "later",
      at: now + 1,
    });
    expect(verdictOn(row({ state: "retry", nextAttemptAt: now }), now)).toEqual({ kind: "take" });
  });

  it("is left to its worker, and over SES to the notifications that may follow the worker's death", () => {
    const claimed = row({ route: "ses", claimUntil: now });

    expect(verdictOn(claimed, now - 1)).toEqual({ kind: "later", at: now + evidenceWaitMs });
    expect(verdictOn(claimed, now + evidenceWaitMs - 1)).toEqual({ kind: "later", at: now + evidenceWaitMs });
    expect(verdictOn(claimed, now + evidenceWaitMs)).toEqual({ kind: "take" });
  });

  it("is taken over at once from a worker that died over SMTP, which sends no notifications", () => {
    expect(verdictOn(row({ route: "smtp", claimUntil: now + 1 }), now)).toEqual({
      kind: "later",
      at: now + 1,
    });
    expect(verdictOn(row({ route: "smtp", claimUntil: now }), now)).toEqual({ kind: "take" });
  });

  it.each(["claimed", "retry"] as const)("is settled once the provider has it, when %s", (state) => {
    const accepted = row({ state, claimUntil: now + 1, nextAttemptAt: now + 1, acceptedByProviderAt: now });

    expect(verdictOn(accepted, now)).toEqual({ kind: "accepted" });
  });

  it("may have left already if its worker died over SMTP or lost the answer there", () => {
    expect(mayHaveLeft(row({ route: "smtp" }))).toBe(true);
    expect(mayHaveLeft(row({ state: "retry", route: "smtp", mayHaveLeft: true }))).toBe(true);
    expect(mayHaveLeft(row({ state: "retry", route: "smtp" }))).toBe(false);
    expect(mayHaveLeft(row({ route: "ses" }))).toBe(false);
  });
});
