import { Command } from "commander";
import * as z from "zod";
import {
  type OrganizationsAnswer,
  organizationsAnswerSchema,
  shownOrganizationAnswerSchema,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, idFrom, type Run, running } from "../context.ts";
import { wholeNumber } from "../plain-text.ts";
import { type Column, listOf, tableOf } from "../table.ts";

type Organization = OrganizationsAnswer["organizations"][number];

const mostAtOnce = 100;
const madeSchema = z.looseObject({ organizationId: z.number() });
const addedSchema = z.looseObject({ accountId: z.number(), ownerEmail: z.string() });

const columns: readonly Column<Organization>[] = [
  { title: "ID", value: ({ organizationId }) => organizationId, align: "right" },
  { title: "NAME", value: ({ name }) => name, shrinks: true },
  { title: "MAIN ACCOUNT", value: ({ mainAccountId }) => mainAccountId, align: "right" },
];

/** Organizations, and the accounts that share one's plan and quota. */
export function organizationCommands(context: Context): Command {
  const organizations = new Command("organizations").description(
    "Organizations, and their sub-accounts, which use the main account's quota.",
  );
  organizations
    .command("list")
    .description("Lists organizations, oldest first.")
    .action(running(context, list));
  organizations
    .command("show")
    .description("Shows an organization and its sub-accounts.")
    .argument("<organization>", "its id", idFrom)
    .action(running(context, show));
  organizations
    .command("create")
    .description("Makes an organization of an account, which becomes its main account.")
    .argument("<account>", "the main account's id", idFrom)
    .requiredOption("--name <name>", "whose it is")
    .action(running(context, create));
  organizations
    .command("add")
    .description("Makes a sub-account of an organization.")
    .argument("<organization>", "its id", idFrom)
    .requiredOption("--name <name>", "the sub-account's name")
    .option("--owner <email>", "its owner's address; the main account's owner unless given")
    .action(running(context, add));
  return organizations;
}

async function list(run: Run): Promise<void> {
  const organizations: Organization[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    run.terminal.progress(`${wholeNumber(organizations.length)} organizations read …`);
    const details: object = { after, limit: mostAtOnce };
    const page: OrganizationsAnswer = await run.operator.read(
      organizationsAnswerSchema,
      "listOrganizations",
      details,
    );
    organizations.push(...page.organizations);
    after = page.next;
  }
  run.show({ organizations }, () =>
    organizations.length === 0 ? "No organizations." : tableOf(organizations, columns, run.terminal.columns),
  );
}

async function show(run: Run, organizationId: number): Promise<void> {
  const answer = await run.operator.read(shownOrganizationAnswerSchema, "showOrganization", {
    organizationId,
  });
  const { name, mainAccountId, subAccounts } = answer;
  run.show(answer, () => {
    const details = listOf([
      ["Organization", organizationId],
      ["Name", name],
      ["Main account", mainAccountId],
    ]);
    const accounts = tableOf(
      subAccounts,
      [
        { title: "SUB-ACCOUNT", value: ({ accountId }) => accountId, align: "right" },
        { title: "NAME", value: (account) => account.name, shrinks: true },
      ],
      run.terminal.columns,
    );
    return `${details}\n\n${subAccounts.length === 0 ? "No sub-accounts." : accounts}`;
  });
}

async function create(run: Run, accountId: number, { name }: { name: string }): Promise<void> {
  const answer = await run.operator.read(madeSchema, "createOrganization", { accountId, name });
  run.show(
    answer,
    () => `Organization ${answer.organizationId} is made; account ${accountId} is its main account.`,
  );
}

async function add(
  run: Run,
  organizationId: number,
  { name, owner: ownerEmail }: { name: string; owner?: string },
): Promise<void> {
  const details = { organizationId, name, ownerEmail };
  const answer = await run.operator.read(addedSchema, "createSubAccount", details);
  run.show(answer, () => `Account ${answer.accountId} is made, of organization ${organizationId}.`);
}
