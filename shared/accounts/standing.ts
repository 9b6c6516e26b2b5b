import { PosternError } from "../platform/errors.ts";
import type { Account, AccountStatus } from "./account.ts";
import {
  answerWithinMs,
  decideWithinMs,
  dueReminder,
  goodStanding,
  isSameScope,
  nameOfScope,
  nextMomentOf,
  type Standing,
  type StandingNews,
  type Suspension,
  type SuspensionScope,
} from "./suspension.ts";

/** Where an account stands before a change, or after it. */
export interface Stand {
  readonly status: AccountStatus;
  readonly standing: Standing;
}

/** A change of an account's standing; undefined where there is nothing to change. */
export type StandingChange = (stand: Stand, now: number) => Stand | undefined;

/** Notices that nobody wrote, and mail that is to be let go, are looked after again so soon. */
const lookAgainMs = 60_000;
/**
 * A worker that held mail back and died before it could see that the suspension had ended leaves it behind:
 * workers live for a minute, and what they knew is seconds old.
 */
const letGoForMs = 10 * 60_000;

export function standOf({ status, standing = goodStanding }: Account): Stand {
  return { status, standing };
}

/**
 * Suspends; what is suspended already stays so, for its old reason and until its old end.
 *
 * @throws PosternError `invalid_request` if the account is banned
 */
export function suspend(wanted: Pick<Suspension, "scope" | "reason" | "automatic">): StandingChange {
  return ({ status, standing }, now) => {
    if (status === "banned")
      throw new PosternError("invalid_request", { messages: ["the account is banned"] });
    const { suspensions } = standing;
    if (suspensions.some(({ scope }) => isSameScope(scope, wanted.scope))) return undefined;
    const suspension = { ...wanted, since: now, banAt: now + answerWithinMs };
    const news = newsOf("sending_suspended", wanted.scope, now, {
      reason: wanted.reason,
      banAt: suspension.banAt,
    });
    return stand({ ...standing, suspensions: [...suspensions, suspension], news: [...standing.news, news] });
  };
}

/** Lifts the suspension of a scope, and of an account also a ban. */
export function lift(wanted: SuspensionScope): StandingChange {
  return ({ status, standing }, now) => {
    const unbans = wanted.kind === "account" && status === "banned";
    if (status === "banned" && !unbans) return undefined;
    const left = standing.suspensions.filter(({ scope }) => !isSameScope(scope, wanted));
    if (!unbans && left.length === standing.suspensions.length) return undefined;
    const { ban: _over, ...rest } = standing;
    return stand({
      ...rest,
      suspensions: left,
      news: [...standing.news, newsOf("sending_resumed", wanted, now)],
      letGoAt: now,
      liftedAt: { ...standing.liftedAt, ...liftedStreams(wanted, now) },
      warnedAt: withoutStreams(standing.warnedAt, liftedStreams(wanted, now)),
      warnedOf: withoutStreams(standing.warnedOf, liftedStreams(wanted, now)),
    });
  };
}

/** Bans the account: what is held of its mail is let go, and refused. */
export function ban(reason: string): StandingChange {
  return ({ status, standing }, now) => {
    if (status === "banned") return undefined;
    const news = newsOf("account_banned", { kind: "account" }, now, { reason });
    const after = {
      ...standing,
      ...{ suspensions: [], news: [...standing.news, news], letGoAt: now, ban: { reason, since: now } },
    };
    return { status: "banned", standing: after };
  };
}

/** Notes that the owner has answered: the operator has longer to decide. */
export function noteAnswer(scope: SuspensionScope): StandingChange {
  return ({ status, standing }) => {
    if (!standing.suspensions.some((one) => isSameScope(one.scope, scope))) {
      throw new PosternError("not_found", { messages: ["there is no such suspension"] });
    }
    const suspensions = standing.suspensions.map((one) => {
      if (!isSameScope(one.scope, scope) || one.answered === true) return one;
      // What the owner was reminded of was another day.
      const { remindedDays: _of, ...rest } = one;
      return { ...rest, answered: true, banAt: one.since + decideWithinMs };
    });
    return { status, standing: { ...standing, suspensions } };
  };
}

/** What becomes due about suspensions: reminders of the ban that is to come, and that ban. */
export const asTimePasses: StandingChange = (before, now) =>
  banUnanswered(before, now) ?? remindOfBan(before, now);

/** Bans an account that has left a suspension unanswered for too long. */
const banUnanswered: StandingChange = (before, now) => {
  const overdue = before.standing.suspensions.find(({ banAt }) => banAt <= now);
  return (
    overdue && ban(`A suspension has come to its end without being lifted: ${overdue.reason}`)(before, now)
  );
};

const remindOfBan: StandingChange = ({ status, standing }, now) => {
  const due = standing.suspensions.map((one) => dueReminder(one, now));
  if (due.every((days) => days === undefined)) return undefined;
  const suspensions = standing.suspensions.map((one, place) => {
    const remindedDays = due[place];
    return remindedDays === undefined ? one : { ...one, remindedDays };
  });
  const news = standing.suspensions.flatMap((one, place) => {
    const days = due[place];
    return days === undefined ? [] : [reminderOf(one, days)];
  });
  return { status, standing: { ...standing, suspensions, news: [...standing.news, ...news] } };
};

function reminderOf({ scope, reason, banAt, answered }: Suspension, days: number): StandingNews {
  const what = nameOfScope(scope);
  const changeId = `ban_ahead/${what}/${banAt}/${days}`;
  return { kind: "ban_ahead", changeId, what, reason, banAt, ...(answered === true && { answered }) };
}

/** Notes a warning of a stream's rates. */
export function warn(stream: string, reason: string): StandingChange {
  return ({ status, standing }, now) => ({
    status,
    standing: {
      ...standing,
      news: [...standing.news, newsOf("sending_at_risk", { kind: "stream", stream }, now, { reason })],
      warnedAt: { ...standing.warnedAt, [stream]: now },
      warnedOf: { ...standing.warnedOf, [stream]: reason },
    },
  });
}

/** Notes that the owner has been told. */
export function told(changeIds: readonly string[]): StandingChange {
  return ({ status, standing }) => ({
    status,
    standing: { ...standing, news: standing.news.filter(({ changeId }) => !changeIds.includes(changeId)) },
  });
}

/** Whether mail is to be let go that a worker may have held back at the last moment. */
export function isLettingGo({ letGoAt }: Standing, now: number): boolean {
  return letGoAt !== undefined && now - letGoAt < letGoForMs;
}

/** Nothing that was to be let go is held any more, and nothing can come. */
export const allGone =
  (letGoAt: number): StandingChange =>
  ({ status, standing: { letGoAt: latest, ...standing } }, now) =>
    latest === letGoAt && !isLettingGo({ ...standing, letGoAt }, now) ? { status, standing } : undefined;

/** Epoch ms at which the account is to be looked after; undefined if nothing is to come. */
export function nextLookAt({ news, letGoAt, suspensions }: Standing, now: number): number | undefined {
  const times = suspensions.map(nextMomentOf);
  if (news.length > 0 || letGoAt !== undefined) times.push(now + lookAgainMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

function stand(standing: Standing): Stand {
  const isWhole = standing.suspensions.some(({ scope }) => scope.kind === "account");
  return { status: isWhole ? "suspended" : "active", standing };
}

function newsOf(
  kind: StandingNews["kind"],
  scope: SuspensionScope,
  now: number,
  { reason = "", banAt }: { reason?: string; banAt?: number } = {},
): StandingNews {
  const what = nameOfScope(scope);
  const changeId = `${kind}/${what}/${now}`;
  return { kind, changeId, what, reason, ...(banAt !== undefined && { banAt }) };
}

function liftedStreams(scope: SuspensionScope, now: number): Readonly<Record<string, number>> {
  if (scope.kind === "stream") return { [scope.stream]: now };
  return scope.kind === "account" ? { transactional: now, bulk: now } : {};
}

function withoutStreams<Value>(
  byStream: Readonly<Record<string, Value>> = {},
  gone: Readonly<Record<string, number>>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(byStream).filter(([stream]) => !(stream in gone)));
}
