import { logger } from "../platform/observability.ts";
import { messageIdsOf, packJobs, type StoredContent } from "./delivery-jobs.ts";
import type { AcceptDeps } from "./deps.ts";
import type { Attempt, PlacedEmail } from "./submission.ts";

const uploadsAtOnce = 16;

export interface HandedOver {
  /** Emails that are refused for all their recipients or for some. */
  readonly refused: ReadonlySet<PlacedEmail>;
  /** False if that could not be written down, so that refused ones may go out after all. */
  readonly settled: boolean;
}

/**
 * Puts emails into the delivery queue. What the queue does not take, or may not have taken, is marked as
 * refused in the message log, so that no worker delivers it, and its quota units are given back.
 *
 * @param states what a former attempt has left in the message log
 */
export async function handOver(
  deps: AcceptDeps,
  attempt: Attempt,
  emails: readonly PlacedEmail[],
  states: ReadonlyMap<string, string>,
): Promise<HandedOver> {
  const isRefused = (email: PlacedEmail) =>
    messageIdsOf(attempt, email).some((id) => states.get(id) === "refused");
  const { contents, jobs } = packJobs(
    attempt,
    emails.filter((email) => !isRefused(email)),
    (id) => isDue(states.get(id)),
  );
  const missing = await store(deps, contents);
  const complete = jobs.filter(({ needs }) => !needs.some((key) => missing.has(key)));
  const lost = await deps.queue.send(complete.map(({ body }) => body));
  const queued = new Set(complete.filter((_, place) => !lost.has(place)));

  const failedItems = new Set(jobs.filter((job) => !queued.has(job)).map(({ item }) => item));
  const failed = emails.filter((email) => failedItems.has(email.item) || isRefused(email));
  return failed.length === 0 ? { refused: new Set(), settled: true } : refuse(deps, attempt, failed);
}

/** A released message has lost its unit, not its place: a worker that meets it takes the unit again. */
function isDue(state: string | undefined): boolean {
  return state === undefined || state === "released";
}

/**
 * As many failures as uploads run at once end it: each has taken many seconds, and the rest must be refused
 * in time.
 *
 * @returns the keys that could not be stored, or were not tried any more
 */
async function store({ payloads }: AcceptDeps, contents: readonly StoredContent[]): Promise<Set<string>> {
  const waiting = [...contents];
  const missing = new Set<string>();
  const storeNext = async (): Promise<void> => {
    for (let content = waiting.shift(); content !== undefined; content = waiting.shift()) {
      try {
        await payloads.put(content.key, content.body);
      } catch (error) {
        logger.error("content could not be stored", { key: content.key, reason: nameOf(error) });
        missing.add(content.key);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, storeNext));
  for (const { key } of waiting) missing.add(key);
  return missing;
}

/**
 * An email is accepted whole or not at all. But one that is on its way to everybody although the queue's
 * answer was lost is accepted.
 */
async function refuse(
  { messages, quota }: AcceptDeps,
  attempt: Attempt,
  failed: readonly PlacedEmail[],
): Promise<HandedOver> {
  const { accountId, submissionId } = attempt;
  try {
    const ids = failed.flatMap((email) => messageIdsOf(attempt, email));
    const refusedIds = new Set(await messages.markRefused(accountId, ids));
    if (refusedIds.size > 0) await quota.release({ accountId, submissionId, count: refusedIds.size });
    const refused = failed.filter((email) => messageIdsOf(attempt, email).some((id) => refusedIds.has(id)));
    return { refused: new Set(refused), settled: true };
  } catch (error) {
    logger.error("refused emails could not be marked", { accountId, submissionId, reason: nameOf(error) });
    return { refused: new Set(failed), settled: false };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
