import type { Account } from "../accounts/account.ts";
import { heldReason, type Suspension, suspensionOf } from "../accounts/suspension.ts";
import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import type { MessageLog } from "../messages/message.ts";
import { addressName } from "../suppressions/address-record.ts";
import type { AddressMarks } from "../suppressions/suppression.ts";
import { attempt, type Parcel } from "./attempt.ts";
import { composerFor } from "./composer.ts";
import type { Content } from "./composing.ts";
import type { DeliverDeps, Invocation } from "./deliver-deps.ts";
import { suspensionEvent } from "./delivery-events.ts";
import { unfitReason } from "./domain-fitness.ts";
import { hold } from "./hold.ts";
import { shareOfHour, turnInHour } from "./hour.ts";
import { nextAttemptAt } from "./retry-rules.ts";
import type { Again } from "./settle.ts";

/** What came of a recipient's turn in a job. */
interface Turn {
  readonly recipient: JobRecipient;
  /** Nothing when the message needs no further turn. */
  readonly again?: Again | undefined;
}

interface Wait extends Turn {
  /** Whether the message has a row that is the log's. */
  readonly inLog: boolean;
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
    await deliverOrWait(deps, email, invocation);
  } finally {
    await email.composer?.close();
  }
}

/** What an account is known to be costs nothing to look at; only where it seems to be suspended is it asked for anew. */
async function deliverOrWait(deps: DeliverDeps, email: Email, invocation: Invocation): Promise<void> {
  const { job, account, domain } = email;
  if (suspensionOf(account, job)) {
    const now = await deps.holding.accounts.getNow(job.accountId);
    const suspension = suspensionOf(now, job);
    if (suspension) return await holdAll(deps, email, suspension);
    return await deliverOrWait(deps, { ...email, account: now }, invocation);
  }
  const reason = unfitReason(domain);
  if (reason !== undefined && account?.status !== "banned") {
    const at = nextAttemptAt((job.domainWaits ?? 0) + 1, deps.clock.now(), deps.random());
    if (at !== undefined) return await waitForDomain(deps, email, reason, at);
  }
  await deliverToAll(deps, email, invocation);
}

/** All of a job waits where no queue brings it: until the suspension is lifted, or becomes a ban. */
async function holdAll(deps: DeliverDeps, email: Email, suspension: Suspension): Promise<void> {
  const { since, banAt } = suspension;
  const waiting = await allWait(deps, email, { until: banAt, reason: heldReason(suspension), since });
  if (waiting === undefined) return;
  await hold(deps, waiting);
}

/** The domain's status may come back: its records were gone by mistake, or a decision is taken back. */
async function waitForDomain(deps: DeliverDeps, email: Email, reason: string, until: number): Promise<void> {
  const waiting = await allWait(deps, email, { until, reason, since: 0 });
  if (waiting === undefined) return;
  await deps.queue.putBack({ ...waiting, domainWaits: (waiting.domainWaits ?? 0) + 1 }, until);
}

/** @returns the job as it waits; undefined where none of its messages does, as all are settled */
async function allWait(
  deps: DeliverDeps,
  email: Email,
  { until, reason, since }: { until: number; reason: string; since: number },
): Promise<DeliveryJob | undefined> {
  const { job } = email;
  const turns = await Promise.all(job.recipients.map((one) => waitUntil(deps, email, one, until)));
  const waiting = turns.filter(({ again }) => again !== undefined);
  if (waiting.length === 0) return undefined;
  const told = waiting.filter(({ inLog }) => inLog);
  const at = deps.clock.now();
  await deps.events.put(
    told.map(({ recipient: { messageId } }) =>
      suspensionEvent({ accountId: job.accountId, messageId, at }, reason, since),
    ),
  );
  const announced = told.length === waiting.length;
  return { ...job, recipients: waiting.map(({ recipient }) => recipient), ...(announced && { announced }) };
}

async function deliverToAll(deps: DeliverDeps, email: Email, invocation: Invocation): Promise<void> {
  const { job } = email;
  const share = await placesInHour(deps, email);
  const results = await Promise.allSettled([
    ...share.now.map((recipient) => deliverTo(deps, email, recipient, invocation)),
    ...share.later.map((recipient) => waitUntil(deps, email, recipient, turnInHour(share.nextHour, job))),
  ]);
  await putBack(
    deps,
    job,
    results.flatMap((result) => (result.status === "fulfilled" ? result.value : [])),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}

interface Email extends Omit<Parcel, "recipient" | "log" | "marks"> {
  readonly subject: string;
  /** What is known of recipients' addresses, by address in lower case. */
  readonly marksOf: ReadonlyMap<string, AddressMarks>;
}

async function emailOf(deps: DeliverDeps, job: DeliveryJob): Promise<Email> {
  const domainFound = deps.domains.find(job.accountId, job.domainName);
  const [account, domain, content, marksOf] = await Promise.all([
    deps.accounts.get(job.accountId),
    domainFound,
    contentOf(deps, job),
    marksFor(deps, job, domainFound),
  ]);
  const composing = { ...deps.composing, contents: deps.contents };
  const composer = domain && composerFor(composing, job, content, domain);
  const from = "raw" in content ? content.from : content.from.email;
  return { job, account, domain, composer, from, subject: content.subject, marksOf };
}

/** One look-up for all recipients; it waits for the domain only where the job does not name its id. */
async function marksFor(
  { suppressions }: DeliverDeps,
  { accountId, domainId, stream, recipients }: DeliveryJob,
  domainFound: Promise<SendingDomain | undefined>,
): Promise<ReadonlyMap<string, AddressMarks>> {
  const id = domainId ?? (await domainFound)?.id;
  if (id === undefined) return new Map();
  const emails = recipients.map(({ email }) => email);
  return await suppressions.marksOf(accountId, { domainId: id, stream }, emails);
}

async function contentOf({ contents }: DeliverDeps, { content }: DeliveryJob): Promise<Content> {
  return "raw" in content ? content : await contents.load({ content });
}

/**
 * Only what has not been counted yet takes from the hour: a retry has its place already, and what is refused needs
 * none.
 */
async function placesInHour({ hours }: DeliverDeps, { job, account, domain }: Email) {
  if (job.attempt > 0 || account === undefined || isRefused(account, domain)) {
    return { now: job.recipients, later: [], nextHour: 0 };
  }
  return await shareOfHour(hours, account, job.recipients);
}

async function deliverTo(
  deps: DeliverDeps,
  email: Email,
  recipient: JobRecipient,
  invocation: Invocation,
): Promise<Turn> {
  const marks = email.marksOf.get(addressName(recipient.email));
  const parcel: Parcel = { ...email, recipient, log: logOf(email, recipient), marks };
  const again = await deps.room.run(email.composer?.bytes ?? 0, () =>
    attemptUnlessStopped(deps, parcel, invocation),
  );
  if (again === undefined) return { recipient };
  return { recipient, again: { at: again.at, attempt: Math.max(again.attempt, email.job.attempt, 1) } };
}

function isRefused(account: Account, domain: SendingDomain | undefined): boolean {
  return account.status === "banned" || unfitReason(domain) !== undefined;
}

/** A job lasts up to a minute, and its account may have been suspended since it began. */
async function attemptUnlessStopped(
  deps: DeliverDeps,
  parcel: Parcel,
  invocation: Invocation,
): Promise<Again | undefined> {
  const { job } = parcel;
  const account = await deps.accounts.get(job.accountId);
  if (suspensionOf(account, job)) return { at: deps.clock.now(), attempt: 0 };
  return await attempt(deps, { ...parcel, account }, invocation);
}

/**
 * The log learns that a message waits, not each hour anew: a campaign far beyond the limit waits for days.
 * Whoever is settled meanwhile, by a repeat of this job, is dropped at the next claim.
 */
async function waitUntil(
  { claims }: DeliverDeps,
  email: Email,
  recipient: JobRecipient,
  until: number,
): Promise<Wait> {
  const again = { at: until, attempt: 0 };
  if (email.job.announced) return { recipient, inLog: true, again };
  const id = { accountId: email.job.accountId, messageId: recipient.messageId };
  const { waits, inLog } = await claims.postpone(id, logOf(email, recipient), until);
  return { recipient, inLog, again: waits ? again : undefined };
}

function logOf(
  { job, domain, from, subject }: Pick<Email, "job" | "domain" | "from" | "subject">,
  recipient: JobRecipient,
): MessageLog {
  return {
    stream: job.stream,
    domainName: job.domainName,
    domainId: job.domainId ?? domain?.id,
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

async function putBack(
  { queue }: DeliverDeps,
  job: DeliveryJob,
  turns: readonly (Turn | Wait)[],
): Promise<void> {
  const waiting = turns.flatMap(({ recipient, again, ...turn }) =>
    again ? [{ ...again, recipient, announced: job.announced || ("inLog" in turn && turn.inLog) }] : [],
  );
  const alike = Map.groupBy(waiting, ({ at, attempt, announced }) => `${at}/${attempt}/${announced}`);
  await Promise.all(
    [...alike.values()].map(([first, ...others]) => {
      if (first === undefined) return undefined;
      const { at, attempt, announced } = first;
      const recipients = [first, ...others].map(({ recipient }) => recipient);
      return queue.putBack({ ...job, recipients, attempt, ...(announced && { announced }) }, at);
    }),
  );
}
