import {
  type DeliveryJob,
  type JobRecipient,
  jobText,
  queueCallBytes,
  recipientsPerJob,
} from "../contracts/delivery-job.ts";
import { chunked } from "../platform/batches.ts";
import { messageIdAt, timeOfId } from "../platform/ids.ts";
import type { Attempt, PlacedEmail } from "./submission.ts";

/** A body for the delivery queue, and the stored content without which it cannot be delivered. */
export interface QueuedJob {
  readonly item: number;
  readonly body: string;
  readonly needs: readonly string[];
}

/** Content for the payload bucket. */
export interface StoredContent {
  readonly key: string;
  readonly body: string;
}

export interface Packed {
  readonly contents: readonly StoredContent[];
  readonly jobs: readonly QueuedJob[];
}

/**
 * Packs emails into jobs of at most `recipientsPerJob` recipients. Content travels inside the job as long
 * as all its copies together fit one call to the queue; what is larger, or repeated too often, is stored
 * once: what a batch shares under `base.json`, an email's own under its number.
 *
 * @param isDue leaves out recipients that a former attempt has brought on their way
 */
export function packJobs(
  attempt: Attempt,
  emails: readonly PlacedEmail[],
  isDue: (messageId: string) => boolean = () => true,
): Packed {
  const due = emails.map((email) => ({ email, groups: groupsOf(attempt, email, isDue) }));
  const copies = due.reduce((sum, { groups }) => sum + groups.length, 0);
  const base = storedBase(attempt, emails, copies);
  const packed = due.map(({ email, groups }) => packEmail(attempt, email, groups, base));
  return {
    contents: [...(base ? [base] : []), ...packed.flatMap(({ contents }) => contents)],
    jobs: packed.flatMap(({ jobs }) => jobs),
  };
}

/** The ids of an email's messages, in the order of its recipients. */
export function messageIdsOf({ submissionId }: Attempt, email: PlacedEmail): string[] {
  return email.recipients.map((_, place) => messageIdAt(submissionId, email.firstPlace + place));
}

function groupsOf(
  attempt: Attempt,
  email: PlacedEmail,
  isDue: (messageId: string) => boolean,
): JobRecipient[][] {
  const ids = messageIdsOf(attempt, email);
  const due = email.recipients
    .map((recipient, place) => ({ messageId: ids[place] as string, ...recipient }))
    .filter(({ messageId }) => isDue(messageId));
  return chunked(due, recipientsPerJob);
}

// The emails of a batch share one and the same object.
function storedBase(
  attempt: Attempt,
  emails: readonly PlacedEmail[],
  copies: number,
): StoredContent | undefined {
  const body = JSON.stringify(emails[0]?.email.shared ?? {});
  const isTooMuch = Buffer.byteLength(body) * copies > queueCallBytes;
  return isTooMuch ? { key: keyOf(attempt, "base"), body } : undefined;
}

function packEmail(
  attempt: Attempt,
  placed: PlacedEmail,
  groups: readonly JobRecipient[][],
  base: StoredContent | undefined,
): { contents: StoredContent[]; jobs: QueuedJob[] } {
  const { shared, own, raw } = placed.email;
  if (raw) return { contents: [], jobs: jobsOf(attempt, placed, groups, raw) };
  const inline = base ? own : { ...shared, ...own };
  const stored = base ? [base.key] : [];
  const jobs = jobsOf(attempt, placed, groups, { stored, inline });
  if (jobs.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) <= queueCallBytes) {
    return { contents: [], jobs };
  }
  const content = { key: keyOf(attempt, String(placed.item)), body: JSON.stringify(inline) };
  const withPointer = { stored: [...stored, content.key], inline: {} };
  return { contents: [content], jobs: jobsOf(attempt, placed, groups, withPointer) };
}

function jobsOf(
  attempt: Attempt,
  { item, email, domainName, domainId, autoBcc }: PlacedEmail,
  groups: readonly JobRecipient[][],
  content: DeliveryJob["content"],
): QueuedJob[] {
  return groups.map((recipients) => {
    const hasCopies = recipients.some((recipient) => recipient.autoBcc);
    const job: DeliveryJob = {
      version: 1,
      submissionId: attempt.submissionId,
      accountId: attempt.accountId,
      stream: attempt.stream,
      domainName,
      domainId,
      acceptedAt: timeOfId(attempt.submissionId),
      attempt: 0,
      content,
      recipients,
      category: email.category,
      customVariables: email.customVariables,
      clientIp: attempt.clientIp,
      autoBccHeaders: hasCopies ? autoBcc?.headers : undefined,
    };
    return { item, body: jobText(job), needs: "raw" in content ? [] : content.stored };
  });
}

function keyOf({ accountId, submissionId }: Attempt, name: string): string {
  return `${accountId}/${submissionId}/${name}.json`;
}
