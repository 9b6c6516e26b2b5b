import { Command, Option } from "commander";
import { type Context, idFrom, type Run, running } from "../context.ts";

/** Levels by their names, as the account API numbers them. */
const levels = { viewer: 10, admin: 100 } as const;

interface TokenOptions {
  readonly name: string;
  readonly level: keyof typeof levels;
  readonly domain?: number;
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
    .option("--domain <id>", "for this domain only, by its id", idFrom)
    .option("--expires <time>", "ISO time at which it ends; never unless given")
    .action(running(context, create));
  return tokens;
}

async function create(run: Run, accountId: number, options: TokenOptions): Promise<void> {
  const { name, level, domain: domainId, expires: expiresAt } = options;
  const answer = await run.operator.ask("createToken", {
    ...{ accountId, name, accessLevel: levels[level], domainId, expiresAt },
  });
  run.show(answer, () => String(Object(answer).token));
  run.terminal.error(
    `Token ${Object(answer).tokenId} of account ${accountId}: keep it, it is not shown again.`,
  );
}
