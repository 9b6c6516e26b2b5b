import type { MessageEvent } from "../contracts/message-event.ts";
import type { Clock } from "../platform/clock.ts";
import { gathered } from "../platform/gathered.ts";
import { newId } from "../platform/ids.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import { mayHaveLeft, verdictOn } from "./claim-rules.ts";
import { isOnItsWay } from "./event-rules.ts";
import { writeEach } from "./log-write-store.ts";
import type { Claim, MessageId, MessageLog, MessageRow, Route } from "./message.ts";
import { type NewRow, type NewRowDeps, type NewRowStore, newRowStore } from "./new-row-store.ts";
import { changeRow, expiryFrom, type RowChange, updateOf } from "./row-store.ts";

export interface ClaimStoreDeps extends NewRowDeps {
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
 * `mine`: go on and send. `later`: not before `at` (epoch ms). `done`: nothing is left to do. `untold`: the worker
 * that sent it may have died before it told of this.
 */
export type ClaimAnswer =
  | { readonly kind: "mine"; readonly claim: Claim }
  | { readonly kind: "later"; readonly at: number }
  | { readonly kind: "done"; readonly untold?: MessageEvent | undefined };

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

interface Settling {
  readonly mine: Claim;
  readonly settlement: Settlement;
}

interface Deps extends ClaimStoreDeps {
  readonly rows: NewRowStore;
}

const claimTries = 4;
/** Of one process: what is sent at the same time is settled at the same time. */
const settledTogether = 50;
/** Where workers contend for one row, the loser comes back so much later. */
const contentionMs = 2_000;
/** A unit is about to be given back: the reconciliation needs moments for it, or its next run. */
const unsettledUnitMs = 60_000;

/** The message rows as a delivery worker knows them: every write holds only while the claim does. */
export function claimStore(surroundings: ClaimStoreDeps) {
  const deps: Deps = { ...surroundings, rows: newRowStore(surroundings) };
  const settle = gathered<Settling, boolean>(settledTogether, (all) => settleAll(deps, all));
  return {
    /** Takes a message for one attempt, or tells why it is not to be had. */
    claim: (request: ClaimRequest) => claim(deps, request),

    /** Writes another route down before it is tried. @returns false where the claim is lost */
    reroute: (mine: Claim, route: Route) => changeRow(deps, mine, { set: { route }, ...whileMine(mine) }),

    /** Ends an attempt. @returns false where the claim is lost, and with it the right to say so */
    settle: (mine: Claim, settlement: Settlement) => settle({ mine, settlement }),

    /**
     * Shows in the log that a message waits for a later hour.
     *
     * @param until epoch ms
     * @returns whether it waits: nothing does where the message is settled; and whether its row is the log's
     */
    postpone: (id: MessageId, log: MessageLog, until: number) => postpone(deps, id, log, until),
  };
}

async function claim(deps: Deps, request: ClaimRequest): Promise<ClaimAnswer> {
  // One id for all tries: a write whose answer was lost is recognised when the row is read again.
  const claimId = newId(deps.clock.now());
  for (let tries = 1; tries <= claimTries; tries += 1) {
    const fresh = claimOf(request, claimId);
    const row = await deps.rows.put(claimedRow(deps, request, fresh));
    if (row === undefined) return { kind: "mine", claim: fresh };
    const answer = await answerFor(deps, request, row, claimId);
    if (answer) return answer;
  }
  return { kind: "later", at: deps.clock.now() + contentionMs };
}

/** @returns undefined where the row has changed since it was read */
async function answerFor(
  deps: Deps,
  request: ClaimRequest,
  row: MessageRow,
  claimId: string,
): Promise<ClaimAnswer | undefined> {
  const next = claimOf(request, claimId, row);
  if (row.claimId === claimId) return { kind: "mine", claim: { ...next, attempt: next.attempt - 1 } };
  const verdict = verdictOn(row, deps.clock.now());
  switch (verdict.kind) {
    case "done":
      return { ...verdict, untold: row.untold };
    case "later":
      return verdict;
    case "accepted":
      return (await settleByEvidence(deps, row)) ? { kind: "done" } : undefined;
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

function claimedRow({ clock }: ClaimStoreDeps, { log }: ClaimRequest, claim: Claim): NewRow {
  return { ...claim, ...log, state: "claimed", expiresAt: expiryFrom(clock.now()) };
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
async function takeBack(deps: Deps, request: ClaimRequest, next: Claim): Promise<ClaimAnswer | undefined> {
  const row = { ...claimedRow(deps, request, next), releasedOnce: true };
  switch (await deps.rows.takeBack(row, await deps.takeUnit(request))) {
    case "row":
      return undefined;
    case "unit":
      return { kind: "later", at: deps.clock.now() + unsettledUnitMs };
    default:
      return { kind: "mine", claim: next };
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

/** One by itself is half as dear; several at once are one call. */
async function settleAll(
  deps: ClaimStoreDeps,
  all: readonly Settling[],
): Promise<readonly (boolean | Promise<boolean>)[]> {
  const [only, ...others] = all;
  if (only && others.length === 0) return [await changeRow(deps, only.mine, settled(only))];
  const refusals = await writeEach(
    deps,
    all.map((one) => ({
      accountId: one.mine.accountId,
      writes: [{ Update: updateOf(deps.table, one.mine, settled(one)) }],
      counters: new Map(),
    })),
  );
  return refusals.map(async (refusal) => (await refusal) === undefined);
}

function settled({ mine, settlement }: Settling): RowChange {
  return { set: settlement, remove: ["claimUntil"], ...whileMine(mine) };
}

async function postpone(
  deps: Deps,
  id: MessageId,
  log: MessageLog,
  until: number,
): Promise<{ waits: boolean; inLog: boolean }> {
  const row = await deps.rows.put({
    ...id,
    ...log,
    state: "waiting",
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
