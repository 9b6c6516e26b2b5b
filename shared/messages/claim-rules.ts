import type { MessageRow } from "./message.ts";

/** How long after a worker's death the provider's notifications are waited for. */
export const evidenceWaitMs = 5 * 60_000;

/**
 * What a worker may do with a message whose row is there already. `take`: claim it. `take-back`: claim
 * it together with the quota unit that was given back. `accepted`: the provider has it, so that only the
 * row is behind. `later`: not before `at` (epoch ms). `done`: nothing, ever.
 */
export type Verdict =
  | { readonly kind: "take" }
  | { readonly kind: "take-back" }
  | { readonly kind: "accepted" }
  | { readonly kind: "later"; readonly at: number }
  | { readonly kind: "done" };

/**
 * The rule that keeps a message from being sent twice: a row is free only if no attempt is under way and
 * none can have succeeded.
 *
 * @param now epoch ms
 */
export function verdictOn(row: MessageRow, now: number): Verdict {
  switch (row.state) {
    case "sent":
    case "failed":
    case "refused":
      return { kind: "done" };
    case "released":
      return { kind: "take-back" };
    case "waiting":
      return { kind: "take" };
    case "retry":
      return onceDue(row, row.nextAttemptAt ?? 0, now);
    case "claimed":
      return onceDue(row, outcomeKnownAt(row), now);
  }
}

/**
 * Whether the message may have left over SMTP already: its worker died on that route, or lost the
 * server's answer. The next attempt stays on it, because SES would give the repeat another Message-ID.
 */
export function mayHaveLeft(row: MessageRow): boolean {
  return row.mayHaveLeft === true || (row.state === "claimed" && row.route === "smtp");
}

/**
 * Epoch ms from which a claim no longer stands in the way. Its worker is dead by `claimUntil`; whether it
 * had handed the message over is what SES tells by notifications, which take a while. Plain SMTP tells
 * nothing, so that waiting would not help: the repeat bears the same Message-ID.
 */
function outcomeKnownAt(row: MessageRow): number {
  return (row.claimUntil ?? 0) + (row.route === "smtp" ? 0 : evidenceWaitMs);
}

function onceDue(row: MessageRow, due: number, now: number): Verdict {
  if (row.acceptedByProviderAt !== undefined) return { kind: "accepted" };
  return now < due ? { kind: "later", at: due } : { kind: "take" };
}
