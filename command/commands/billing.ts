import { type Command, Option } from "commander";
import {
  type OverageAnswer,
  overageAnswerSchema,
  type PlanAnswer,
  planAnswerSchema,
  type StatementsAnswer,
  statementsAnswerSchema,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, type Run, running, wholeFrom } from "../context.ts";
import { UsageMistake } from "../failures.ts";
import { day, dollars, limit, minute, wholeNumber } from "../plain-text.ts";
import { type Column, tableOf } from "../table.ts";

type Statement = StatementsAnswer["statements"][number];

const columns: readonly Column<Statement>[] = [
  { title: "FROM", value: ({ periodStart }) => day(periodStart) },
  { title: "TO", value: ({ periodEnd }) => day(periodEnd) },
  { title: "PLAN", value: ({ planName }) => planName, shrinks: true },
  { title: "EMAILS", value: ({ emails }) => wholeNumber(emails), align: "right" },
  { title: "OVERAGE", value: ({ overage }) => wholeNumber(overage), align: "right" },
  {
    title: "OFF",
    value: ({ discountCents, refundCents }) =>
      discountCents + refundCents > 0 ? dollars(discountCents + refundCents) : "",
    align: "right",
  },
  { title: "TOTAL", value: ({ totalCents }) => dollars(totalCents), align: "right" },
];

interface OverageOptions {
  readonly on?: boolean;
  readonly off?: boolean;
  readonly cap?: number;
}

/** What an account has bought: its plan, emails beyond it, and what that has cost. */
export function addBillingCommands(accounts: Command, context: Context): void {
  accounts
    .command("plan")
    .description("Puts an account on another plan: a larger one now, a smaller one when its period ends.")
    .argument("<account>", "its id", idFrom)
    .argument("<plan>", "the plan's name")
    .action(running(context, setPlan));
  accounts
    .command("overage")
    .description("Shows whether emails beyond the month's go out; lets them, up to a cap, or no longer.")
    .argument("<account>", "its id", idFrom)
    .addOption(new Option("--on", "they go out, at the plan's price").conflicts("off"))
    .addOption(
      new Option(
        "--cap <emails>",
        "with --on: at most so many in a period; all that the plan sells unless given",
      )
        .argParser(wholeFrom)
        .conflicts("off"),
    )
    .option("--off", "they are refused")
    .action(running(context, overage));
  accounts
    .command("statements")
    .description("Lists what an account's closed billing periods have cost, the latest first.")
    .argument("<account>", "its id", idFrom)
    .action(running(context, statements));
}

async function setPlan(run: Run, accountId: number, planName: string): Promise<void> {
  const answer = await run.operator.read(planAnswerSchema, "setPlan", { accountId, planName });
  run.show(answer, () => planText(answer));
}

function planText({ accountId, before, planName, from }: PlanAnswer): string {
  if (before === planName) return `Account ${accountId} stays on ${planName}; nothing else is planned.`;
  const when = from === "now" ? "now" : `when its period ends, ${minute(from)} UTC`;
  return `Account ${accountId}: ${before} → ${planName}, ${when}.`;
}

async function overage(run: Run, accountId: number, { on, off, cap }: OverageOptions): Promise<void> {
  if (cap !== undefined && on !== true) throw new UsageMistake("--cap goes with --on");
  if (cap === 0) throw new UsageMistake("a cap of 0 is --off");
  const answer =
    on === true || off === true
      ? await run.operator.read(overageAnswerSchema, "setOverage", { accountId, enabled: on === true, cap })
      : await run.operator.read(overageAnswerSchema, "showOverage", { accountId });
  run.show(answer, () => overageText(answer));
}

function overageText({ accountId, enabled, cap, used, dollarsPer1000 }: OverageAnswer): string {
  if (dollarsPer1000 === null) return `Account ${accountId} has a plan without overage.`;
  const price = `${dollars(100 * dollarsPer1000)} for each 1,000`;
  return enabled
    ? `Account ${accountId}: overage is on, ${wholeNumber(used)} of ${limit(cap)} used in this period; ${price}.`
    : `Account ${accountId}: overage is off; ${price} once it is on.`;
}

async function statements(run: Run, accountId: number): Promise<void> {
  const answer = await run.operator.read(statementsAnswerSchema, "listStatements", { accountId });
  run.show(answer, () =>
    answer.statements.length === 0
      ? "No billing period has been closed yet."
      : tableOf(answer.statements, columns, run.terminal.columns),
  );
}
