import { Command, Option } from "commander";
import { type Context, idFrom, type Run, running } from "../context.ts";
import { levels } from "./levels.ts";

interface TokenOptions {
  readonly name: string;
  readonly level: keyof typeof levels;
  readonly domain?: number;
  readonly user?: number;
  readonly organization?: number;
  readonly expires?: string;
}

export function tokenCommands(context: Context): Command {
  const tokens = new Command("tokens").description("API tokens.");
  tokens
    .command("create")
    .description("Makes an API token; it is shown now and never again.")
    .argument("<account>", "the account's id", idFrom)
    .requiredOption("--name <name>", "what it is for")
    .addOption(new Option("--level <level>", "what it may").choices(Object.keys(levels)).default("admin"))
    .addOption(byId("--domain <id>", "for this domain only").conflicts(["user", "organization"]))
    .addOption(
      byId("--user <access>", "for a user, by the id of his access: it may what he may").conflicts([
        "organization",
      ]),
    )
    .addOption(byId("--organization <id>", "for the sub-accounts of an organization, and nothing else"))
    .option("--expires <time>", "ISO time at which it ends; never unless given")
    .action(running(context, create));
  return tokens;
}

function byId(flags: string, what: string): Option {
  return new Option(flags, what).argParser(idFrom);
}

async function create(run: Run, accountId: number, options: TokenOptions): Promise<void> {
  const { name, level, domain: domainId, user: accessId, organization: organizationId } = options;
  const answer = await run.operator.ask("createToken", {
    ...{ accountId, name, accessLevel: levels[level], domainId, accessId, organizationId },
    expiresAt: options.expires,
  });
  run.show(answer, () => String(Object(answer).token));
  run.terminal.error(
    `Token ${Object(answer).tokenId} of account ${accountId}: keep it, it is not shown again.`,
  );
}
