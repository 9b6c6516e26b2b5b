import { Command } from "commander";
import * as z from "zod";
import { usageAnswerSchema } from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, type Run, running } from "../context.ts";
import { limit, minute, wholeNumber } from "../plain-text.ts";
import { type Column, listOf, tableOf } from "../table.ts";
import { type ListedAccount, readAccounts } from "./accounts.ts";
import { usageEntries } from "./usage-text.ts";

const answerSchema = usageAnswerSchema.extend({ accountId: z.number() });

const columns: readonly Column<ListedAccount>[] = [
  { title: "ID", value: ({ accountId }) => accountId, align: "right" },
  { title: "NAME", value: ({ name }) => name, shrinks: true },
  { title: "PLAN", value: ({ planName }) => planName },
  { title: "USED", value: ({ usage }) => usage && wholeNumber(usage.used), align: "right" },
  { title: "OF", value: ({ usage }) => usage && limit(usage.monthLimit), align: "right" },
  { title: "", value: ({ usage }) => usage && percent(usage.used, usage.monthLimit), align: "right" },
  { title: "TODAY", value: ({ usage }) => usage && wholeNumber(usage.dayUsed), align: "right" },
  { title: "ENDS (UTC)", value: ({ usage }) => usage && minute(usage.periodEnd) },
];

export function usageCommand(context: Context): Command {
  return new Command("usage")
    .description("Shows what accounts have sent in their billing periods: of one, or of all.")
    .argument("[account]", "its id", idFrom)
    .action(running(context, usage));
}

async function usage(run: Run, accountId: number | undefined): Promise<void> {
  if (accountId !== undefined) return usageOf(run, accountId);
  const { accounts } = await readAccounts(run, { limit: 0, all: true });
  run.show({ accounts }, () =>
    accounts.length === 0 ? "No accounts." : tableOf(accounts, columns, run.terminal.columns),
  );
}

async function usageOf(run: Run, accountId: number): Promise<void> {
  const answer = await run.operator.read(answerSchema, "usage", { accountId });
  run.show(answer, () => listOf([["Account", accountId], ...usageEntries(answer)]));
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.floor((100 * part) / whole)}%`;
}
