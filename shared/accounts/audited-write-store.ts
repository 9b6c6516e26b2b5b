import { setTimeout as wait } from "node:timers/promises";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { isBusy, refusedTransaction, type TransactionWrite } from "../platform/refused-writes.ts";
import type { AuditEntry } from "./audit.ts";
import { type AuditTable, auditWrites } from "./audit-store.ts";

const mostTries = 5;
const firstPauseMs = 25;

/**
 * Makes a change and notes it in an account's audit log: both, or neither. Webhooks hear of it within a minute or two.
 *
 * @param at the accounts table, wherever the change is made
 * @returns false where the change's condition refuses it
 */
export async function writeAudited(
  at: Pick<AuditTable, "client" | "table">,
  change: TransactionWrite,
  { accountId, entry }: { readonly accountId: number; readonly entry: AuditEntry },
): Promise<boolean> {
  const TransactItems = [change, ...auditWrites(at, accountId, entry)];
  for (let tries = 1; ; tries += 1) {
    try {
      await at.client.send(new TransactWriteCommand({ TransactItems }));
      return true;
    } catch (error) {
      if (refusedTransaction(error)) return false;
      if (!isBusy(error) || tries === mostTries) throw error;
      await wait(Math.random() * firstPauseMs * 2 ** tries);
    }
  }
}
