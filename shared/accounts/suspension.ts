import * as z from "zod";

/** What is suspended: the whole account, one of its domains, or one of its streams. */
export const suspensionScopeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("account") }),
  z.object({ kind: z.literal("domain"), domainName: z.string() }),
  z.object({ kind: z.literal("stream"), stream: z.string() }),
]);

export const suspensionSchema = z.object({
  scope: suspensionScopeSchema,
  /** For the owner to read. */
  reason: z.string(),
  /** Epoch ms. */
  since: z.number(),
  /** Epoch ms at which it becomes a ban of the account. */
  banAt: z.number(),
  /** Whether the owner has answered: then the ban comes later. */
  answered: z.boolean().optional(),
  /** Whether the account's rates suspended it, and not the operator. */
  automatic: z.boolean().optional(),
  /** So many days before the ban the owner was reminded of it last. */
  remindedDays: z.number().optional(),
});

/** Something of which the owner has still to be told. */
export const standingNewsSchema = z.object({
  kind: z.enum(["sending_at_risk", "sending_suspended", "ban_ahead", "sending_resumed", "account_banned"]),
  /** Names this very change. */
  changeId: z.string(),
  /** As a subject of a sentence. */
  what: z.string(),
  /** Empty where there is none. */
  reason: z.string(),
  /** Epoch ms of a suspension's end in a ban. */
  banAt: z.number().optional(),
  /** Whether the owner has answered already. */
  answered: z.boolean().optional(),
});

/** How an account stands with the service, besides its status. Times are epoch ms. */
export const standingSchema = z.object({
  /** Grows with each change. */
  version: z.number().int(),
  suspensions: z.array(suspensionSchema),
  news: z.array(standingNewsSchema),
  /** When held mail was last let go: what is held until a while later may have to go, too. */
  letGoAt: z.number().optional(),
  /** When the owner was last warned of a stream's rates. */
  warnedAt: z.record(z.string(), z.number()).optional(),
  /** Of what, in the owner's words; the same streams. */
  warnedOf: z.record(z.string(), z.string()).optional(),
  /** Why the account is banned, and since when. */
  ban: z.object({ reason: z.string(), since: z.number() }).optional(),
  /** When a suspension of a stream was last lifted: older mail counts against it no more. */
  liftedAt: z.record(z.string(), z.number()).optional(),
});

export type SuspensionScope = z.infer<typeof suspensionScopeSchema>;
export type Suspension = z.infer<typeof suspensionSchema>;
export type StandingNews = z.infer<typeof standingNewsSchema>;
export type Standing = z.infer<typeof standingSchema>;

export const goodStanding: Standing = { version: 0, suspensions: [], news: [] };

const dayMs = 24 * 3_600_000;

/** So many days before a ban the owner is reminded of it. */
const reminderDays = [7, 1] as const;

/** Who does not answer for so long is banned. */
export const answerWithinMs = 14 * dayMs;
/** And who has answered, after so long: what is held lives on content that is kept for 30 days. */
export const decideWithinMs = 26 * dayMs;

/** Of which reminder it is time: so many days before the ban. Of reminders that were missed only the last is given. */
export function dueReminder({ banAt, remindedDays }: Suspension, now: number): number | undefined {
  const due = openReminders(remindedDays).filter((days) => banAt - days * dayMs <= now);
  return due.length === 0 || banAt <= now ? undefined : Math.min(...due);
}

/** Epoch ms at which something is to be done about a suspension: a reminder, or the ban. */
export function nextMomentOf({ banAt, remindedDays }: Suspension): number {
  return Math.min(banAt, ...openReminders(remindedDays).map((days) => banAt - days * dayMs));
}

function openReminders(remindedDays = Number.POSITIVE_INFINITY): number[] {
  return reminderDays.filter((days) => days < remindedDays);
}

/** The same rates are not warned of again within this time: so long a warning stands. */
export const warningStandsMs = 7 * dayMs;

/** A warning of a stream's rates. */
export interface Warning {
  readonly stream: string;
  /** For the owner to read. */
  readonly reason: string;
  /** Epoch ms. */
  readonly since: number;
}

/** The warnings that stand, without those that have become suspensions. */
export function warningsOf({ warnedAt = {}, warnedOf = {}, suspensions }: Standing, now: number): Warning[] {
  return Object.entries(warnedAt)
    .filter(([, since]) => now - since < warningStandsMs)
    .filter(([stream]) => !suspensions.some(({ scope }) => covers(scope, { stream, domainName: "" })))
    .map(([stream, since]) => ({ stream, reason: warnedOf[stream] ?? "", since }));
}

/** Mail of an account, as far as suspensions tell it apart. */
export interface MailOf {
  readonly domainName: string;
  readonly stream: string;
}

/** The suspension that holds this mail back, if there is one. A banned account's is refused, not held. */
export function suspensionOf(
  account: { readonly status: string; readonly standing?: Standing | undefined } | undefined,
  mail: MailOf,
): Suspension | undefined {
  if (account?.standing === undefined || account.status === "banned") return undefined;
  return account.standing.suspensions.find(({ scope }) => covers(scope, mail));
}

/** Whether a suspension of this scope is one of this mail. */
export function covers(scope: SuspensionScope, { domainName, stream }: MailOf): boolean {
  switch (scope.kind) {
    case "account":
      return true;
    case "domain":
      return scope.domainName === domainName;
    case "stream":
      return scope.stream === stream;
  }
}

export function isSameScope(one: SuspensionScope, other: SuspensionScope): boolean {
  return nameOfScope(one) === nameOfScope(other);
}

/** As a subject of a sentence: "Your account", "The domain example.com". */
export function nameOfScope(scope: SuspensionScope): string {
  switch (scope.kind) {
    case "account":
      return "Your account";
    case "domain":
      return `The domain ${scope.domainName}`;
    case "stream":
      return `The ${scope.stream} stream of your account`;
  }
}

/** What a held message's event says. */
export function heldReason({ scope }: Suspension): string {
  return `${nameOfScope(scope)} is suspended.`;
}
