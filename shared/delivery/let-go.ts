import type { StandingStore } from "../accounts/standing-store.ts";
import { suspensionOf } from "../accounts/suspension.ts";
import { type Stream, streams } from "../contracts/streams.ts";
import type { HeldMail, HeldStore } from "../messages/held-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { HeldJobClient } from "./held-job-client.ts";

export interface LetGoDeps {
  readonly standings: Pick<StandingStore, "read">;
  readonly held: Pick<HeldStore, "page" | "remove">;
  readonly heldJobs: Pick<HeldJobClient, "get">;
  /** The delivery queues. @returns the places of the bodies that are not surely queued */
  readonly queues: Readonly<
    Record<Stream, { send(bodies: readonly string[]): Promise<ReadonlySet<number>> }>
  >;
  readonly clock: Clock;
}

export interface LetGo {
  /** Messages that are in their queues again. */
  readonly messages: number;
  /** Whether nothing is left that should go. */
  readonly isAll: boolean;
  /** Jobs that could not be read or queued, and so stay held for the next time. */
  readonly failed: number;
}

const jobsAtOnce = 100;

/**
 * Puts mail back into its queues that no suspension holds any more, the oldest first: the mail of a banned account,
 * too, whose workers then refuse it. Cut off anywhere it may be begun again: a job leaves its place here after it is
 * in its queue, and messages that are queued twice are claimed once.
 *
 * @param until epoch ms from which no more is begun
 */
export async function letGo(deps: LetGoDeps, accountId: number, until: number): Promise<LetGo> {
  let messages = 0;
  let failed = 0;
  let after: string | undefined;
  do {
    if (deps.clock.now() >= until) return { messages, failed, isAll: false };
    const { held, next } = await deps.held.page(accountId, jobsAtOnce, after);
    // For each page anew: somebody may suspend it again meanwhile.
    const account = await deps.standings.read(accountId);
    const free = held.filter((mail) => suspensionOf(account, mail) === undefined);
    const gone = (await Promise.all(streams.map((stream) => queueAll(deps, stream, free)))).flat();
    await deps.held.remove(gone);
    messages += gone.reduce((sum, mail) => sum + mail.messages, 0);
    failed += free.length - gone.length;
    after = next;
  } while (after !== undefined);
  return { messages, failed, isAll: failed === 0 };
}

/** @returns those that surely are in the queue */
async function queueAll(
  { queues, heldJobs }: LetGoDeps,
  stream: Stream,
  mails: readonly HeldMail[],
): Promise<readonly HeldMail[]> {
  const its = mails.filter((mail) => mail.stream === stream);
  if (its.length === 0) return [];
  const texts = await Promise.allSettled(
    its.map(async ({ job }) => ("text" in job ? job.text : await heldJobs.get(job.stored))),
  );
  const read = its.flatMap((mail, place) => {
    const text = texts[place];
    return text?.status === "fulfilled" ? [{ mail, body: text.value }] : [];
  });
  const failed = await queues[stream].send(read.map(({ body }) => body));
  return read.flatMap(({ mail }, place) => (failed.has(place) ? [] : [mail]));
}
