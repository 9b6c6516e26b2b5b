import type { Account } from "../accounts/account.ts";
import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { MessageLog } from "../messages/message.ts";
import { attempt, type Parcel } from "./attempt.ts";
import { composerFor } from "./composer.ts";
import type { Content } from "./composing.ts";
import type { DeliverDeps, Invocation } from "./deliver-deps.ts";
import { shareOfHour } from "./hour.ts";

/** A recipient whose turn comes again. */
interface Waiting {
  readonly recipient: JobRecipient;
  /** Epoch ms. */
  readonly at: number;
  readonly attempt: number;
}

/**
 * Delivers a job to each of its recipients: whoever must wait goes back into the queue, alone or with
 * those of the same time, and delays nobody else. Doing the same job again, at the same time or after a
 * death between any two steps, sends nothing twice: each message is claimed first.
 *
 * @throws what kept a recipient from being settled, after all others were: the queue brings the job again
 */
export async function deliver(deps: DeliverDeps, job: DeliveryJob, invocation: Invocation): Promise<void> {
  if (job.notBefore !== undefined && job.notBefore > deps.clock.now()) {
    return await deps.queue.putBack(job, job.notBefore);
  }
  const email = await emailOf(deps, job);
  try {
    await deliverToAll(deps, email, invocation);
  } finally {
    await email.composer?.close();
  }
}

async function deliverToAll(deps: DeliverDeps, email: Email, invocation: Invocation): Promise<void> {
  const { job } = email;
  const share = await placesInHour(deps, job, email.account);
  const results = await Promise.allSettled([
    ...share.now.map((recipient) => deliverTo(deps, email, recipient, invocation)),
    ...share.later.map((recipient) => waitForHour(deps, email, recipient, share.nextHour)),
  ]);
  await putBack(
    deps,
    job,
    results.flatMap((result) => (result.status === "fulfilled" ? result.value : [])),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}

interface Email extends Omit<Parcel, "recipient" | "log"> {
  readonly subject: string;
}

async function emailOf(deps: DeliverDeps, job: DeliveryJob): Promise<Email> {
  const [account, domain, content] = await Promise.all([
    deps.accounts.get(job.accountId),
    deps.domains.find(job.accountId, job.domainName),
    contentOf(deps, job),
  ]);
  const composing = { ...deps.composing, contents: deps.contents };
  const composer = domain && composerFor(composing, job, content, domain);
  const from = "raw" in content ? content.from : content.from.email;
  return { job, account, domain, composer, from, subject: content.subject };
}

async function contentOf({ contents }: DeliverDeps, { content }: DeliveryJob): Promise<Content> {
  return "raw" in content ? content : await contents.load({ content });
}

/** Only what has not been counted yet takes from the hour; a retry has its place already. */
async function placesInHour({ hours }: DeliverDeps, job: DeliveryJob, account: Account | undefined) {
  if (job.attempt > 0 || account === undefined) return { now: job.recipients, later: [], nextHour: 0 };
  return await shareOfHour(hours, account, job.recipients);
}

async function deliverTo(
  deps: DeliverDeps,
  email: Email,
  recipient: JobRecipient,
  invocation: Invocation,
): Promise<Waiting[]> {
  const parcel: Parcel = { ...email, recipient, log: logOf(email, recipient) };
  const again = await deps.room.run(email.composer?.bytes ?? 0, () => attempt(deps, parcel, invocation));
  return again ? [{ recipient, at: again.at, attempt: Math.max(again.attempt, email.job.attempt, 1) }] : [];
}

/**
 * The log learns that a message waits, not each hour anew: a campaign far beyond the limit waits for days.
 * Whoever is settled meanwhile, by a repeat of this job, is dropped at the next claim.
 */
async function waitForHour(
  { claims }: DeliverDeps,
  email: Email,
  recipient: JobRecipient,
  nextHour: number,
): Promise<Waiting[]> {
  const again = [{ recipient, at: nextHour, attempt: 0 }];
  if (email.job.notBefore !== undefined) return again;
  const id = { accountId: email.job.accountId, messageId: recipient.messageId };
  const waits = await claims.postpone(id, logOf(email, recipient), nextHour);
  return waits ? again : [];
}

function logOf(
  { job, from, subject }: Pick<Email, "job" | "from" | "subject">,
  recipient: JobRecipient,
): MessageLog {
  return {
    stream: job.stream,
    domainName: job.domainName,
    from,
    to: recipient.email,
    recipientKind: recipient.kind,
    subject,
    acceptedAt: job.acceptedAt,
    category: job.category,
    customVariables: job.customVariables,
    clientIp: job.clientIp,
  };
}

async function putBack({ queue }: DeliverDeps, job: DeliveryJob, waiting: readonly Waiting[]): Promise<void> {
  const turns = Map.groupBy(waiting, ({ at, attempt }) => `${at}/${attempt}`);
  await Promise.all(
    [...turns.values()].map(([first, ...others]) => {
      if (first === undefined) return undefined;
      const recipients = [first, ...others].map(({ recipient }) => recipient);
      return queue.putBack({ ...job, recipients, attempt: first.attempt }, first.at);
    }),
  );
}
