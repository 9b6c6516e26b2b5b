import { Command, Option } from "commander";
import * as z from "zod";
import { type UsersAnswer, usersAnswerSchema } from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, type Run, running } from "../context.ts";
import { oneLine } from "../plain-text.ts";
import { type Column, tableOf } from "../table.ts";
import { levelNames, levels } from "./levels.ts";

type User = UsersAnswer["users"][number];

const madeSchema = z.looseObject({ accessId: z.number(), userId: z.number() });

const columns: readonly Column<User>[] = [
  { title: "ACCESS", value: ({ accessId }) => accessId, align: "right" },
  { title: "KIND", value: ({ kind }) => kind },
  { title: "EMAIL", value: ({ email }) => email, shrinks: true },
  { title: "NAME", value: ({ name }) => (name === "" ? undefined : name), shrinks: true },
  { title: "MAY", value: mayText, shrinks: true },
];

function mayText({ kind, access }: User): string | undefined {
  if (kind === "owner") return "everything";
  const grants = access.map(({ what, id, level }) =>
    what === "account" ? levelNames[level] : `${what} ${id}: ${levelNames[level]}`,
  );
  return grants.length === 0 ? undefined : grants.join(", ");
}

/** Who has access to an account, besides tokens. */
export function userCommands(context: Context): Command {
  const users = new Command("users").description("Who has access to an account, and who is invited.");
  users
    .command("list")
    .description("Lists an account's users and invitations, the owner first.")
    .argument("<account>", "the account's id", idFrom)
    .action(running(context, list));
  users
    .command("add")
    .description("Gives somebody access to an account.")
    .argument("<account>", "the account's id", idFrom)
    .argument("<email>", "the user's address")
    .requiredOption("--name <name>", "the user's name")
    .addOption(
      new Option("--level <level>", "on the whole account; on nothing unless given").choices(
        Object.keys(levels),
      ),
    )
    .action(running(context, add));
  users
    .command("accept")
    .description("Makes a user of whom was invited.")
    .argument("<account>", "the account's id", idFrom)
    .argument("<access>", "the invitation's id, as `postern users list` writes it", idFrom)
    .requiredOption("--name <name>", "the user's name")
    .action(running(context, accept));
  return users;
}

async function list(run: Run, accountId: number): Promise<void> {
  const answer = await run.operator.read(usersAnswerSchema, "listUsers", { accountId });
  run.show(answer, () => tableOf(answer.users, columns, run.terminal.columns));
}

async function add(
  run: Run,
  accountId: number,
  email: string,
  { name, level }: { name: string; level?: keyof typeof levels },
): Promise<void> {
  const accessLevel = level === undefined ? undefined : levels[level];
  const answer = await run.operator.read(madeSchema, "createUser", { accountId, email, name, accessLevel });
  run.show(answer, () => `${oneLine(email)} has access ${answer.accessId} to account ${accountId}.`);
}

async function accept(
  run: Run,
  accountId: number,
  accessId: number,
  { name }: { name: string },
): Promise<void> {
  const answer = await run.operator.read(madeSchema, "acceptInvitation", { accountId, accessId, name });
  run.show(answer, () => `Access ${accessId} to account ${accountId} is that of ${oneLine(name)} now.`);
}
