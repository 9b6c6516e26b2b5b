import { Command } from "commander";
import { type SuspensionsAnswer, suspensionsAnswerSchema } from "../../shared/contracts/operator-answers.ts";
import { type Context, type Run, running } from "../context.ts";
import { heldNumber, minute, wholeNumber } from "../plain-text.ts";
import { type Column, tableOf } from "../table.ts";
import { scopeText } from "./standing-text.ts";

type Suspension = SuspensionsAnswer["suspensions"][number];

const mostAtOnce = 100;

const columns: readonly Column<Suspension>[] = [
  { title: "BAN (UTC)", value: ({ banAt }) => minute(banAt) },
  { title: "DAYS LEFT", value: ({ daysLeft }) => daysLeft, align: "right" },
  { title: "ANSWER", value: ({ answered }) => (answered ? "yes" : "no") },
  { title: "HELD", value: ({ held }) => heldNumber(held), align: "right" },
  { title: "ACCOUNT", value: ({ accountId }) => accountId, align: "right" },
  { title: "NAME", value: ({ name }) => name, shrinks: true },
  { title: "WHAT", value: scopeText, shrinks: true },
];

export function suspensionsCommand(context: Context): Command {
  return new Command("suspensions")
    .description("Lists what is suspended of all accounts, the next ban first.")
    .action(running(context, list));
}

async function list(run: Run): Promise<void> {
  const suspensions = (await readAll(run)).toSorted(
    (one, other) => Date.parse(one.banAt) - Date.parse(other.banAt),
  );
  run.show({ suspensions }, () =>
    suspensions.length === 0 ? "Nothing is suspended." : tableOf(suspensions, columns, run.terminal.columns),
  );
}

async function readAll({ operator, terminal }: Run): Promise<Suspension[]> {
  const found: Suspension[] = [];
  let after: string | undefined;
  do {
    terminal.progress(`${wholeNumber(found.length)} suspensions read …`);
    const details: object = { limit: mostAtOnce, after };
    const page: SuspensionsAnswer = await operator.read(suspensionsAnswerSchema, "listSuspensions", details);
    found.push(...page.suspensions);
    after = page.next;
  } while (after !== undefined);
  return found;
}
