import { type Command, InvalidArgumentError } from "commander";
import {
  type DiscountAnswer,
  discountAnswerSchema,
  type FailedPaymentAnswer,
  failedPaymentAnswerSchema,
  type RefundAnswer,
  refundAnswerSchema,
  statementsAnswerSchema,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, mustConfirm, type Run, running, wholeFrom } from "../context.ts";
import { UsageMistake } from "../failures.ts";
import { day, dollars, minute } from "../plain-text.ts";

/** What whoever charges has to say of an account: less for some, money back, money that did not come. */
export function addPaymentCommands(accounts: Command, context: Context): void {
  accounts
    .command("discount")
    .description(
      "Shows what is taken off the price of an account's plans, or sets it: for its open period, too.",
    )
    .argument("<account>", "its id", idFrom)
    .argument("[percent]", "from 0 to 100", percentFrom)
    .action(running(context, discount));
  accounts
    .command("refund")
    .description(
      "Gives back what a closed period has cost: once, within 30 days of its end, if at most 30% of it was used.",
    )
    .argument("<account>", "its id", idFrom)
    .argument("<period>", "the day on which it began, as `statements` shows it")
    .option("--reason <text>", "kept with it, and told to the event bus")
    .option("--yes", "do not ask")
    .action(running(context, refund));
  accounts
    .command("unpaid")
    .description(
      "Tells an account's owner that a payment has failed, and ends the plan with its period; `plan` with its name takes that back.",
    )
    .argument("<account>", "its id", idFrom)
    .action(running(context, unpaid));
}

async function discount(run: Run, accountId: number, percent: number | undefined): Promise<void> {
  const answer =
    percent === undefined
      ? await run.operator.read(discountAnswerSchema, "showDiscount", { accountId })
      : await run.operator.read(discountAnswerSchema, "setDiscount", { accountId, percent });
  run.show(answer, () => discountText(answer));
}

function discountText({ accountId, percent }: DiscountAnswer): string {
  return percent === 0
    ? `Account ${accountId} pays the price of its plans.`
    : `Account ${accountId} has ${percent}% off the price of its plans.`;
}

interface RefundOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

async function refund(run: Run, accountId: number, period: string, options: RefundOptions): Promise<void> {
  const { statements } = await run.operator.read(statementsAnswerSchema, "listStatements", { accountId });
  const found = statements.find(({ periodStart }) => [day(periodStart), periodStart].includes(period));
  if (found === undefined)
    throw new UsageMistake(`no closed period of account ${accountId} began on ${period}`);
  const { periodStart, totalCents } = found;
  await mustConfirm(run, `Give ${dollars(totalCents)} back to account ${accountId}?`, options.yes);
  const details = { accountId, periodStart, reason: options.reason };
  const answer = await run.operator.read(refundAnswerSchema, "refund", details);
  run.show(answer, () => refundText(answer));
}

function refundText({ accountId, periodStart, refundCents, refundedAt }: RefundAnswer): string {
  const of = `of the period that began on ${day(periodStart)}`;
  return `Account ${accountId} gets ${dollars(refundCents)} back ${of} (${minute(refundedAt)} UTC).`;
}

async function unpaid(run: Run, accountId: number): Promise<void> {
  const answer = await run.operator.read(failedPaymentAnswerSchema, "failPayment", { accountId });
  run.show(answer, () => unpaidText(answer));
}

function unpaidText({ accountId, planName, freeFrom }: FailedPaymentAnswer): string {
  return `Account ${accountId}: ${planName} → free, when its period ends, ${minute(freeFrom)} UTC. Its owner is told.`;
}

function percentFrom(text: string): number {
  const percent = wholeFrom(text.replace(/%$/, ""));
  if (percent > 100) throw new InvalidArgumentError("It must be 100 at most.");
  return percent;
}
