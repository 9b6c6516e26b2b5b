import { type ErrorCode, PosternError } from "../platform/errors.ts";
import { tellOfUse } from "../quota/news-of-use.ts";
import type { Reservation } from "../quota/quota.ts";
import { messageIdsOf } from "./delivery-jobs.ts";
import type { AcceptDeps } from "./deps.ts";
import type { Attempt, PlacedEmail } from "./submission.ts";

// Each round asks for less; others who send at the same time can make it fail again.
const mostRounds = 10;

const limitErrors = { month: "month_limit_reached", day: "day_limit_reached" } as const satisfies Record<
  string,
  ErrorCode
>;

export interface Reserved {
  /** The first of the emails, as many as the quota covers whole. */
  readonly covered: readonly PlacedEmail[];
  /** Why the others are not covered. */
  readonly refusal: PosternError;
}

/** Reserves one unit for each recipient, in one go for all emails, or for the first of them as far as it reaches. */
export async function reserve(
  deps: AcceptDeps,
  attempt: Attempt,
  emails: readonly PlacedEmail[],
  states: ReadonlyMap<string, string>,
): Promise<Reserved> {
  const before = await reservedBefore(deps, attempt, emails, states);
  return before
    ? { covered: before, refusal: new PosternError("internal") }
    : reserveWhatFits(deps, attempt, emails);
}

async function reserveWhatFits(
  deps: AcceptDeps,
  attempt: Attempt,
  emails: readonly PlacedEmail[],
): Promise<Reserved> {
  let covered = emails;
  let refusal = new PosternError("internal");
  for (let round = 0; covered.length > 0; round++) {
    const count = recipientsOf(covered);
    const reservation = await reserveUnits(deps, attempt, count);
    if (reservation.ok) {
      if (reservation.crossed) await tellOfUse(deps.owner, reservation.crossed);
      return { covered: firstWithin(covered, reservation.reservedBefore ?? count), refusal };
    }
    refusal = new PosternError(limitErrors[reservation.limit]);
    covered = round < mostRounds ? firstWithin(covered, Math.min(reservation.remaining, count - 1)) : [];
  }
  return { covered, refusal };
}

/**
 * A reservation of which nobody knows whether it was made is given back: nothing is queued yet, unless by a
 * former attempt. Should that fail too, reconciliation does it in a day.
 */
async function reserveUnits(
  { quota }: AcceptDeps,
  { accountId, submissionId, resumed }: Attempt,
  count: number,
): Promise<Reservation> {
  try {
    return await quota.reserve({ accountId, submissionId, count });
  } catch (error) {
    if (!resumed && !(error instanceof PosternError)) {
      await quota.release({ accountId, submissionId, count }).catch(() => undefined);
    }
    throw error;
  }
}

/**
 * The emails that a former attempt had reserved for, where there was one that left messages behind. Its
 * reservation may stand still, or may be settled and gone: then every message of it has a row, and asking
 * for a reservation again would make a second one.
 */
async function reservedBefore(
  { quota }: AcceptDeps,
  attempt: Attempt,
  emails: readonly PlacedEmail[],
  states: ReadonlyMap<string, string>,
): Promise<readonly PlacedEmail[] | undefined> {
  if (states.size === 0) return undefined;
  const units = await quota.reserved(attempt.accountId, attempt.submissionId);
  if (units !== undefined) return firstWithin(emails, units);
  const last = emails.findLastIndex((email) => messageIdsOf(attempt, email).some((id) => states.has(id)));
  return emails.slice(0, last + 1);
}

function recipientsOf(emails: readonly PlacedEmail[]): number {
  return emails.reduce((sum, { recipients }) => sum + recipients.length, 0);
}

/** The first emails that have at most so many recipients together. */
function firstWithin(emails: readonly PlacedEmail[], units: number): readonly PlacedEmail[] {
  let left = units;
  const end = emails.findIndex(({ recipients }) => {
    left -= recipients.length;
    return left < 0;
  });
  return end < 0 ? emails : emails.slice(0, end);
}
