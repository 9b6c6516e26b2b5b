import { Command } from "commander";
import {
  type AccountsAnswer,
  accountsAnswerSchema,
  shownAccountAnswerSchema,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, type Run, running, wholeFrom } from "../context.ts";
import { UsageMistake } from "../failures.ts";
import { limit, wholeNumber } from "../plain-text.ts";
import { type Column, tableOf } from "../table.ts";
import { accountText } from "./account-text.ts";
import { addBillingCommands } from "./billing.ts";
import { addPaymentCommands } from "./payments.ts";
import { addStandingCommands } from "./standing.ts";

const usualRows = 50;
const mostAtOnce = 100;

export type ListedAccount = AccountsAnswer["accounts"][number];

const accountColumns: readonly Column<ListedAccount>[] = [
  { title: "ID", value: ({ accountId }) => accountId, align: "right" },
  { title: "NAME", value: ({ name }) => name, shrinks: true },
  { title: "OWNER", value: ({ ownerEmail }) => ownerEmail, shrinks: true },
  { title: "STATUS", value: ({ status }) => status },
  { title: "PLAN", value: ({ planName }) => planName },
  { title: "USED", value: ({ usage }) => usage && wholeNumber(usage.used), align: "right" },
  { title: "OF", value: ({ usage }) => usage && limit(usage.monthLimit), align: "right" },
];

/** What an account may do apart from its plan, as options and as fields of the operator's actions. */
const limitOptions = [
  ["--month <emails>", "emailsPerMonth", "emails in a billing period"],
  ["--day <emails>", "emailsPerDay", "emails in a UTC day"],
  ["--hour <emails>", "emailsPerHour", "emails that go out in an hour; the rest waits"],
  ["--bytes <bytes>", "messageBytes", "bytes of one email, with its attachments"],
  ["--connections <connections>", "smtpConnections", "SMTP connections at the same time"],
  ["--messages <messages>", "smtpMessagesPerConnection", "messages on one SMTP connection"],
  ["--requests <requests>", "requestsPer10Seconds", "API requests of a token in 10 seconds"],
  ["--stats <requests>", "statsPerMinute", "requests to the statistics in a minute"],
  ["--suppressions <requests>", "suppressionsPerMinute", "requests to the suppression list in a minute"],
  ["--searches <requests>", "logListsPerMinute", "searches of the message log in a minute"],
  ["--reads <requests>", "logGetsPerMinute", "single messages read from the log in a minute"],
] as const;

/** Each option by its name. */
type LimitOptions = Readonly<Record<string, unknown>>;

export function accountCommands(context: Context): Command {
  const accounts = new Command("accounts").description("Customers' accounts.");
  accounts
    .command("list")
    .description("Lists accounts and what they have used of their plans, oldest first.")
    .option("--limit <rows>", "at most so many", wholeFrom, usualRows)
    .option("--after <id>", "begin behind this account", idFrom)
    .option("--all", "all there are")
    .action(running(context, list));
  accounts
    .command("show")
    .description("Shows an account: plan, usage, limits, domains, how it stands.")
    .argument("<account>", "its id", idFrom)
    .action(running(context, show));
  addCreate(accounts, context);
  addBillingCommands(accounts, context);
  addPaymentCommands(accounts, context);
  withLimits(
    accounts
      .command("limits")
      .description("Raises or lowers what an account may do; what is not named stays.")
      .argument("<account>", "its id", idFrom),
  ).action(running(context, setLimits));
  addStandingCommands(accounts, context);
  return accounts;
}

function addCreate(accounts: Command, context: Context): void {
  withLimits(
    accounts
      .command("create")
      .description("Makes an account.")
      .requiredOption("--name <name>", "whose it is")
      .requiredOption("--owner <email>", "its owner's address")
      .option("--plan <plan>", "the plan's name", "free")
      .option("--start <time>", "ISO time at which the plan began; now unless given"),
  ).action(running(context, create));
}

function withLimits(command: Command): Command {
  for (const [flags, , what] of limitOptions) command.option(flags, what, wholeFrom);
  return command;
}

function limitsIn(options: LimitOptions): Record<string, number> {
  const given = limitOptions.map(
    ([flags, field]) => [field, options[flags.slice(2, flags.indexOf(" "))]] as const,
  );
  return Object.fromEntries(
    given.flatMap(([field, value]) => (typeof value === "number" ? [[field, value]] : [])),
  );
}

interface ListOptions {
  readonly limit: number;
  readonly after?: number;
  readonly all?: boolean;
}

async function list(run: Run, options: ListOptions): Promise<void> {
  const { accounts, next } = await readAccounts(run, options);
  const answer = { accounts, ...(next !== undefined && { next }) };
  run.show(answer, () =>
    accounts.length === 0 ? "No accounts." : tableOf(accounts, accountColumns, run.terminal.columns),
  );
  if (next !== undefined) run.terminal.error(`There may be more: --after ${next}, or --all.`);
}

/** As many pages as it takes. */
export async function readAccounts(
  { operator, terminal }: Run,
  { limit: most, after = 0, all }: ListOptions,
): Promise<{ accounts: ListedAccount[]; next: number | undefined }> {
  const wanted = all === true ? Number.POSITIVE_INFINITY : most;
  const found: ListedAccount[] = [];
  let next: number | undefined = after;
  while (next !== undefined && found.length < wanted) {
    terminal.progress(`${wholeNumber(found.length)} accounts read …`);
    const details: object = { after: next, limit: Math.min(mostAtOnce, wanted - found.length) };
    const page: AccountsAnswer = await operator.read(accountsAnswerSchema, "listAccounts", details);
    found.push(...page.accounts);
    next = page.next;
  }
  return { accounts: found, next };
}

async function show(run: Run, accountId: number): Promise<void> {
  const account = await run.operator.read(shownAccountAnswerSchema, "showAccount", { accountId });
  run.show(account, () => accountText(account, run.terminal.columns));
}

interface CreateOptions extends LimitOptions {
  readonly name: string;
  readonly owner: string;
  readonly plan: string;
  readonly start?: string;
}

async function create(run: Run, options: CreateOptions): Promise<void> {
  const { name, owner: ownerEmail, plan: planName, start: planStart } = options;
  const details = { name, ownerEmail, planName, planStart, limits: limitsIn(options) };
  const answer = await run.operator.ask("createAccount", details);
  run.show(answer, () => `Account ${Object(answer).accountId} is made, on the plan ${planName}.`);
}

async function setLimits(run: Run, accountId: number, options: LimitOptions): Promise<void> {
  const limits = limitsIn(options);
  if (Object.keys(limits).length === 0) {
    throw new UsageMistake(`name a limit: ${limitOptions.map(([flags]) => flags.split(" ")[0]).join(", ")}`);
  }
  const answer = await run.operator.ask("setLimits", { accountId, ...limits });
  run.show(answer, () => `Account ${accountId} has its limits.`);
}
