import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

/** One write of a DynamoDB transaction, for stores that lend theirs to another store's transaction. */
export type TransactionWrite = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** The item whose condition refused a write; undefined if there was none, or if it was not asked for. */
export interface RefusedWrite {
  item: Record<string, unknown> | undefined;
}

/**
 * The refusal behind an error of a conditional write; undefined for every other error. The item is there
 * if the write asked for `ReturnValuesOnConditionCheckFailure: "ALL_OLD"`.
 */
export function refusedWrite(error: unknown): RefusedWrite | undefined {
  if (!(error instanceof ConditionalCheckFailedException)) return undefined;
  return { item: error.Item && unmarshall(error.Item) };
}

/** Whether a conditional write was done: false if its condition refused it. It throws every other error. */
export async function isWritten(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (refusedWrite(error)) return false;
    throw error;
  }
}

/**
 * The refusals behind the error of a cancelled transaction, one place for each of its writes (undefined
 * where that write was not the reason); undefined for every other error, and for a transaction that was
 * cancelled for another reason than a condition, such as a conflict.
 */
export function refusedTransaction(error: unknown): (RefusedWrite | undefined)[] | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const refusals = (error.CancellationReasons ?? []).map((reason) =>
    reason.Code === "ConditionalCheckFailed" ? { item: reason.Item && unmarshall(reason.Item) } : undefined,
  );
  return refusals.some(Boolean) ? refusals : undefined;
}

/** True if a write met a transaction on the same item: nothing was written, and trying again helps. */
export function isWriteConflict(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    return (error.CancellationReasons ?? []).some((reason) => reason.Code === "TransactionConflict");
  }
  return error instanceof Error && error.name === "TransactionConflictException";
}

const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/**
 * True if a write met another on the same item, or too many of them: nothing was written, and trying again helps.
 * False if a condition refused it besides: then it would be refused again.
 */
export function isBusy(error: unknown): boolean {
  if (refusedTransaction(error)) return false;
  if (!(error instanceof TransactionCanceledException)) return isWriteConflict(error);
  return (error.CancellationReasons ?? []).some(({ Code }) => Code !== undefined && passing.has(Code));
}

/** True if DynamoDB takes a write never, whatever else happens. */
export function isInvalidWrite(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) return !isBusy(error);
  return error instanceof Error && error.name === "ValidationException";
}
