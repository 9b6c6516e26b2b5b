import { expect } from "vitest";
import type { Account } from "../../shared/accounts/account.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { createAccount } from "../../shared/billing/create-account.ts";
import { resetPeriods } from "../../shared/billing/reset-periods.ts";
import type { Statement } from "../../shared/billing/statement.ts";
import { newId } from "../../shared/platform/ids.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import type { TestDynamo } from "./dynamodb.ts";
import { settableClock } from "./test-table.ts";

/** When periods of June, July and August begin. */
export const june = Date.UTC(2026, 5, 1);
export const july = Date.UTC(2026, 6, 1);
export const august = Date.UTC(2026, 7, 1);
export const day = 86_400_000;

/** Billing on these tables, whose clock begins with June. */
export function billingService(dynamo: TestDynamo) {
  const clock = settableClock(june);
  const table = { client: dynamo.client, clock };
  const told: Statement[] = [];
  const deps = {
    accounts: accountStore({ ...table, table: dynamo.tables.accounts }),
    quota: quotaStore({ ...table, table: dynamo.tables.quota }),
    periodEvents: { put: async (statement: Statement) => void told.push(statement) },
    owner: { tell: async () => undefined },
  };
  async function account(planName: string, more: { usesQuotaOf?: number } = {}): Promise<Account> {
    const wanted = { name: "Shop", ownerEmail: "owner@example.net", planName, planStart: june, limits: {} };
    return createAccount(deps, { ...wanted, emailsPerMonth: undefined, emailsPerDay: undefined, ...more });
  }
  async function send(accountId: number, count: number): Promise<boolean> {
    const submissionId = newId(clock.now());
    const { ok } = await deps.quota.reserve({ accountId, submissionId, count });
    deps.quota.finished(accountId, submissionId);
    return ok;
  }
  const reset = async (accountId: number) => {
    const { failures } = await resetPeriods(deps);
    expect(failures.filter((failure) => failure.accountId === accountId)).toEqual([]);
    return told.filter((statement) => statement.accountId === accountId);
  };
  /** What is finished is forgotten by the next reservation. */
  const settle = (accountId: number) => send(accountId, 1);
  /** What the service has noted of plans in an account's audit log. */
  const noted = async (accountId: number) => {
    const audits = auditStore({ ...table, table: dynamo.tables.accounts });
    const entries = await audits.list(accountId, { limit: 10 });
    expect(entries.every(({ actor }) => actor.name === "System")).toBe(true);
    return entries.map(({ event, changes }) => [event, changes?.["plan_name"]]);
  };
  return { clock, deps, account, send, reset, settle, noted };
}
