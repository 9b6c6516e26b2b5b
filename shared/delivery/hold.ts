import type { AccountStore } from "../accounts/account-store.ts";
import { type Suspension, suspensionOf } from "../accounts/suspension.ts";
import { type DeliveryJob, jobText } from "../contracts/delivery-job.ts";
import type { HeldMail, HeldStore } from "../messages/held-store.ts";
import { derivedId } from "../platform/ids.ts";
import type { DeliveryQueueClient } from "./delivery-queue-client.ts";
import type { HeldJobClient } from "./held-job-client.ts";

export interface HoldDeps {
  readonly accounts: Pick<AccountStore, "getNow">;
  readonly held: Pick<HeldStore, "put" | "remove">;
  readonly heldJobs: Pick<HeldJobClient, "put">;
  readonly queue: Pick<DeliveryQueueClient, "putBack">;
}

/** An item of DynamoDB takes 400 KB in all. */
const mostItemBytes = 300_000;

/**
 * The suspension that holds a job back, after a look at what the account is now where it seemed to be suspended:
 * mail that was just let go must not come back.
 */
export async function holdingNow(
  { accounts }: Pick<HoldDeps, "accounts">,
  job: DeliveryJob,
): Promise<Suspension | undefined> {
  return suspensionOf(await accounts.getNow(job.accountId), job);
}

/**
 * Keeps a job until its suspension ends. Whoever ends one lets go what he finds: so that nothing stays behind which
 * is kept at that very moment, the account is looked at once more after that, and the job goes back by itself.
 * Whoever dies in between has the queue bring the job again.
 */
export async function hold(deps: HoldDeps, job: DeliveryJob): Promise<void> {
  const { notBefore: _past, ...waiting } = job;
  const mail = await mailOf(deps, waiting);
  await deps.held.put(mail);
  if (await holdingNow(deps, job)) return;
  await deps.queue.putBack(waiting, 0);
  await deps.held.remove([mail]);
}

async function mailOf({ heldJobs }: HoldDeps, job: DeliveryJob): Promise<HeldMail> {
  const { accountId, domainName, stream, recipients } = job;
  const ids = recipients.map(({ messageId }) => messageId);
  const name = `${ids[0]}#${derivedId(...ids)}`;
  const mail = { accountId, name, domainName, stream, messages: recipients.length };
  const text = jobText(job);
  if (Buffer.byteLength(text) <= mostItemBytes) return { ...mail, job: { text } };
  const stored = `held/${accountId}/${name.replace("#", "-")}.json`;
  await heldJobs.put(stored, text);
  return { ...mail, job: { stored } };
}
