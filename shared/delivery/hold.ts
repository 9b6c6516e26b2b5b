import type { AccountStore } from "../accounts/account-store.ts";
import { suspensionOf } from "../accounts/suspension.ts";
import { type DeliveryJob, jobText } from "../contracts/delivery-job.ts";
import type { HeldMail, HeldStore } from "../messages/held-store.ts";
import { derivedId } from "../platform/ids.ts";
import type { DeliveryQueueClient } from "./delivery-queue-client.ts";
import type { HeldJobClient } from "./held-job-client.ts";

/** Where mail of who is suspended is kept. */
export interface Holding {
  readonly accounts: Pick<AccountStore, "getNow">;
  readonly held: Pick<HeldStore, "put" | "remove">;
  readonly heldJobs: Pick<HeldJobClient, "put">;
}

export interface HoldDeps {
  readonly holding: Holding;
  readonly queue: Pick<DeliveryQueueClient, "putBack">;
}

/** An item of DynamoDB takes 400 KB in all. */
const mostItemBytes = 300_000;

/**
 * Keeps a job until its suspension ends. Whoever ends one lets go what he finds: so that nothing stays behind which
 * is kept at that very moment, the account is looked at once more after that, and the job goes back by itself.
 * Whoever dies in between has the queue bring the job again.
 */
export async function hold(deps: HoldDeps, job: DeliveryJob): Promise<void> {
  const { notBefore: _past, ...waiting } = job;
  const { accounts, held } = deps.holding;
  const mail = await mailOf(deps.holding, waiting);
  await held.put(mail);
  if (suspensionOf(await accounts.getNow(job.accountId), job)) return;
  await deps.queue.putBack(waiting, 0);
  await held.remove([mail]);
}

async function mailOf({ heldJobs }: Holding, job: DeliveryJob): Promise<HeldMail> {
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
