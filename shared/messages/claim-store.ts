import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { MessageEvent } from "../contracts/message-event.ts";
import type { Clock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import { isWriteConflict, refusedTransaction, type TransactionWrite } from "../platform/refused-writes.ts";
import { mayHaveLeft, verdictOn } from "./claim-rules.ts";
import { isOnItsWay } from "./event-rules.ts";
import type { Claim, MessageId, MessageLog, MessageRow, Route } from "./message.ts";
import { changeRow, expiryFrom, itemOf, putIfAbsent, type RowChange, type RowTable } from "./row-store.ts";

export interface ClaimStoreDeps extends RowTable {
  readonly clock: Clock;
  /**
   * The write that takes a submission's unit of quota again, whatever is left. It is refused while the
   * submission's reservation still stands.
   */
  readonly takeUnit: (of: {
    accountId: number;
    submissionId: string;
  }) => TransactionWrite | Promise<TransactionWrite>;
}

export interface ClaimRequest extends MessageId {
  readonly submissionId: string;
  readonly log: MessageLog;
  readonly route: Route;
  /** Epoch ms, later than the end of this worker's invocation. */
  readonly claimUntil: number;
}

/**
 * `mine`: go on and send. `later`: not before `at` (epoch ms). `done`: nothing is left to do. `inLog`: the row is
 * the log's already, as it is of every message that has ever been claimed or made wait. `untold`: the worker that
 * sent it may have died before it told of this.
 */
export type ClaimAnswer =
  | { readonly kind: "mine"; readonly claim: Claim }
  | { readonly kind: "later"; readonly at: number; readonly inLog: boolean }
  | { readonly kind: "done"; readonly inLog: boolean; readonly untold?: MessageEvent | undefined };

/** What became of an attempt. `nextAttemptAt` is epoch ms. */
export type Settlement =
  | {
      readonly state: "sent";
      readonly rfcMessageId: string;
      readonly providerMessageId?: string | undefined;
      /** Where a copy of what was sent lies, or will. */
      readonly copy?: string | undefined;
      /** What is told once the message is settled, so that it does not leave again whatever comes between. */
      readonly untold?: MessageEvent | undefined;
    }
  | { readonly state: "failed"; readonly reason: string }
  | {
      readonly state: "retry";
      readonly reason: string;
      readonly nextAttemptAt: number;
      /** Attempts begun so far, where this one is not to count. */
      readonly attempt?: number | undefined;
      /** True where the answer was lost, over a route that gives no other word of it. */
      readonly mayHaveLeft?: boolean | undefined;
    };

export type ClaimStore = ReturnType<typeof claimStore>;

const claimTries = 4;
/** Where workers contend for one row, the loser comes back so much later. */
const contentionMs = 2_000;
/** A unit is about to be given back: the reconciliation needs moments for it, or its next run. */
const unsettledUnitMs = 60_000;

/** The message rows as a delivery worker knows them: every write holds only while the claim does. */
export function claimStore(deps: ClaimStoreDeps) {
  return {
    /** Takes a message for one attempt, or tells why it is not to be had. */
    claim: (request: ClaimRequest) => claim(deps, request),

    /** Writes another route down before it is tried. @returns false where the claim is lost */
    reroute: (mine: Claim, route: Route) => changeRow(deps, mine, { set: { route }, ...whileMine(mine) }),

    /** Ends an attempt. @returns false where the claim is lost, and with it the right to say so */
    settle: (mine: Claim, settlement: Settlement) => settle(deps, mine, settlement),

    /**
     * Shows in the log that a message waits for a later hour.
     *
     * @param until epoch ms
     * @returns whether it waits: nothing does where the message is settled; and whether its row is the log's
     */
    postpone: (id: MessageId, log: MessageLog, until: number) => postpone(deps, id, log, until),
  };
}

async function claim(deps: ClaimStoreDeps, request: ClaimRequest): Promise<ClaimAnswer> {
  // One id for all tries: a write whose answer was lost is recognised when the row is read again.
  const claimId = newId(deps.clock.now());
  for (let tries = 1; tries <= claimTries; tries += 1) {
    const fresh = claimOf(request, claimId);
    const row = await putIfAbsent(deps, claimedRow(deps, request, fresh));
    if (row === undefined) return { kind: "mine", claim: fresh };
    const answer = await answerFor(deps, request, row, claimId);
    if (answer) return answer;
  }
  return { kind: "later", at: deps.clock.now() + contentionMs, inLog: false };
}

/** @returns undefined where the row has changed since it was read */
async function answerFor(
  deps: ClaimStoreDeps,
  request: ClaimRequest,
  row: MessageRow,
  claimId: string,
): Promise<ClaimAnswer | undefined> {
  const next = claimOf(request, claimId, row);
  if (row.claimId === claimId) return { kind: "mine", claim: { ...next, attempt: next.attempt - 1 } };
  const verdict = verdictOn(row, deps.clock.now());
  switch (verdict.kind) {
    case "done":
      return { ...verdict, inLog: isOnItsWay(row), untold: row.untold };
    case "later":
      return { ...verdict, inLog: isOnItsWay(row) };
    case "accepted":
      return (await settleByEvidence(deps, row)) ? { kind: "done", inLog: true } : undefined;
    case "take":
      return (await take(deps, next, row)) ? { kind: "mine", claim: next } : undefined;
    case "take-back":
      return await takeBack(deps, request, next);
  }
}

/** The claim that this request makes of a message, after what `row` tells of earlier attempts. */
function claimOf(request: ClaimRequest, claimId: string, row?: MessageRow): Claim {
  const { accountId, messageId, claimUntil } = request;
  const stays = row !== undefined && mayHaveLeft(row);
  const route = stays ? "smtp" : request.route;
  const attempt = (row?.attempt ?? 0) + 1;
  return { accountId, messageId, route, claimUntil, claimId, attempt, mayHaveLeft: stays };
}

function claimedRow({ clock }: ClaimStoreDeps, { log }: ClaimRequest, claim: Claim): MessageRow {
  return { ...claim, ...log, state: "claimed", status: "enqueued", expiresAt: expiryFrom(clock.now()) };
}

function take(deps: ClaimStoreDeps, next: Claim, row: MessageRow): Promise<boolean> {
  const { claimId, claimUntil, route, attempt, mayHaveLeft } = next;
  return changeRow(deps, next, {
    set: { state: "claimed", claimId, claimUntil, route, attempt, mayHaveLeft },
    remove: ["nextAttemptAt"],
    ...whileAsSeen(row),
  });
}

/** Claims a released message together with the unit that it costs, so that neither happens alone. */
async function takeBack(
  deps: ClaimStoreDeps,
  request: ClaimRequest,
  next: Claim,
): Promise<ClaimAnswer | undefined> {
  const row: MessageRow = { ...claimedRow(deps, request, next), releasedOnce: true };
  const put = {
    TableName: deps.table,
    Item: itemOf(row),
    ConditionExpression: "#state = :released",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: { ":released": "released" },
  };
  try {
    await deps.client.send(
      new TransactWriteCommand({ TransactItems: [{ Put: put }, await deps.takeUnit(request)] }),
    );
    return { kind: "mine", claim: next };
  } catch (error) {
    const [rowRefused, unitRefused] = refusedTransaction(error) ?? [];
    if (rowRefused || isWriteConflict(error)) return undefined;
    if (unitRefused) return { kind: "later", at: deps.clock.now() + unsettledUnitMs, inLog: false };
    throw error;
  }
}

/** The worker that sent it is gone, but the provider says that it has it. */
function settleByEvidence(deps: ClaimStoreDeps, row: MessageRow): Promise<boolean> {
  return changeRow(deps, row, {
    set: { state: "sent" },
    remove: ["claimUntil", "nextAttemptAt"],
    condition: "#state = :seen",
    values: { ":seen": row.state },
  });
}

function settle(deps: ClaimStoreDeps, mine: Claim, settlement: Settlement): Promise<boolean> {
  return changeRow(deps, mine, {
    set: settlement,
    remove: ["claimUntil"],
    ...whileMine(mine),
  });
}

async function postpone(
  deps: ClaimStoreDeps,
  id: MessageId,
  log: MessageLog,
  until: number,
): Promise<{ waits: boolean; inLog: boolean }> {
  const row = await putIfAbsent(deps, {
    ...id,
    ...log,
    state: "waiting",
    status: "enqueued",
    nextAttemptAt: until,
    expiresAt: expiryFrom(deps.clock.now()),
  });
  if (row === undefined) return { waits: true, inLog: true };
  if (row.state === "waiting") {
    await changeRow(deps, id, { set: { nextAttemptAt: until }, ...whileAsSeen(row) });
  }
  return { waits: verdictOn(row, deps.clock.now()).kind !== "done", inLog: isOnItsWay(row) };
}

/** Only while the attempt is still this worker's. */
function whileMine(mine: Claim): Pick<RowChange, "condition" | "values"> {
  return {
    condition: "#state = :claimed AND claimId = :mine",
    values: { ":claimed": "claimed", ":mine": mine.claimId },
  };
}

/** Only while nobody else has claimed it, and the provider has not spoken, since the row was read. */
function whileAsSeen(row: MessageRow): Pick<RowChange, "condition" | "values"> {
  const unspoken = "#state = :seen AND attribute_not_exists(acceptedByProviderAt)";
  return row.claimId === undefined
    ? { condition: `${unspoken} AND attribute_not_exists(claimId)`, values: { ":seen": row.state } }
    : {
        condition: `${unspoken} AND claimId = :seenClaim`,
        values: { ":seen": row.state, ":seenClaim": row.claimId },
      };
}
