import pLimit from "p-limit";
import type { AccountStore } from "../accounts/account-store.ts";
import { failureOf } from "../platform/failure.ts";
import { logger } from "../platform/observability.ts";
import { emailTextOf } from "./notice.ts";
import type { ClaimedNotice, DueEmail, NoticeEmailStore } from "./notice-email-store.ts";
import type { OwnerEmailClient } from "./owner-email-client.ts";

export interface SendNoticesDeps {
  readonly noticeEmails: NoticeEmailStore;
  readonly accounts: Pick<AccountStore, "get">;
  readonly email: Pick<OwnerEmailClient, "send">;
}

/** Most of a sending is waiting for Amazon SES. */
const atOnce = 5;
/** What remains is due with the next round, a minute later. */
const mostInOneRound = 300;

const firstPauseMs = 5 * 60_000;
const longestPauseMs = 6 * 3_600_000;
/** With the pauses between, two days. */
const mostTries = 14;

/**
 * Sends the notices that are due to accounts' owners. Each is sent once; cut off between sending and noting
 * it, or where the answer of Amazon SES is lost, once more, never not at all.
 *
 * @returns how many were due, and how many of them failed; these are due again some minutes later
 */
export async function sendNotices(deps: SendNoticesDeps): Promise<{ due: number; failed: number }> {
  const limit = pLimit(atOnce);
  const due = await deps.noticeEmails.due(mostInOneRound);
  const outcomes = await Promise.all(due.map((one) => limit(() => isDone(deps, one))));
  return { due: due.length, failed: outcomes.filter((done) => !done).length };
}

/** One notice's trouble is no other's. */
async function isDone(deps: SendNoticesDeps, due: DueEmail): Promise<boolean> {
  try {
    const notice = await deps.noticeEmails.claim(due);
    return notice === undefined || (await isSent(deps, notice));
  } catch (error) {
    logger.error("a notice could not be worked on", { ...due, failure: failureOf(error) });
    return false;
  }
}

async function isSent({ noticeEmails, accounts, email }: SendNoticesDeps, notice: ClaimedNotice) {
  const { accountId, id, subject, emailTo, emailTries } = notice;
  try {
    const account = await accounts.get(accountId);
    // An account that is gone has nobody to write to.
    if (account) await email.send({ to: emailTo ?? account.ownerEmail, subject, text: emailTextOf(notice) });
  } catch (error) {
    const isLast = emailTries >= mostTries;
    logger.error("a notice could not be sent", {
      accountId,
      id,
      emailTries,
      isLast,
      failure: failureOf(error),
    });
    await (isLast
      ? noticeEmails.settle(notice, "given up")
      : noticeEmails.postpone(notice, pauseAfter(emailTries)));
    return false;
  }
  await noticeEmails.settle(notice, "sent");
  return true;
}

function pauseAfter(tries: number): number {
  return Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);
}
