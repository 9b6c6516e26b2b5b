import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { accountCommands } from "./commands/accounts.ts";
import { complaintCommand } from "./commands/complaint.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { domainCommands } from "./commands/domains.ts";
import { organizationCommands } from "./commands/organizations.ts";
import { queueCommands } from "./commands/queues.ts";
import { suspensionsCommand } from "./commands/suspensions.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { usageCommand } from "./commands/usage.ts";
import { userCommands } from "./commands/users.ts";
import type { Context } from "./context.ts";
import { brokenLines } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const usualColumns = 80;

const examples = `
Examples:
  postern accounts list
  postern accounts create --name Shop --owner me@shop.example --plan basic-10k
  postern domains review
  postern suspensions
  postern accounts overage 12 --on --cap 50_000
  postern queues replay DeliverTransactional
  postern usage --json
  postern doctor

Which installation: the local cloud whose state is in .postern, or the one in
AWS whose function --function or POSTERN_FUNCTION names.

Exit codes: 0 done, 1 refused or failed, 2 not understood.`;

/** The program's commands, with help for each. */
export function programFor(terminal: Terminal, env: Context["env"]): Command {
  const context: Context = { terminal, env };
  const program = new Command("postern")
    .description("The operator's hand on an installation of Postern.")
    .version(version(), "-V, --version", "show the version of this program")
    .option("--json", "print answers as JSON")
    .option("-f, --function <name>", "the stack's output OperatorFunction, in AWS")
    .option("--region <region>", "AWS region of the installation")
    .option("--profile <name>", "AWS profile with the credentials to use")
    .option("--local [folder]", "the local cloud that keeps its state in this folder")
    .addOption(new Option("--endpoint <url>", "Lambda's address, where it is not AWS's").hideHelp())
    .addHelpText("after", examples);
  for (const command of [
    accountCommands(context),
    organizationCommands(context),
    userCommands(context),
    tokenCommands(context),
    domainCommands(context),
    suspensionsCommand(context),
    complaintCommand(context),
    usageCommand(context),
    queueCommands(context),
    doctorCommand(context),
  ]) {
    program.addCommand(command);
  }
  prepare(program, terminal);
  return program;
}

function version(): string {
  const file = join(import.meta.dirname, "../package.json");
  return String(Object(JSON.parse(readFileSync(file, "utf8"))).version);
}

/** What the parser would inherit only by commands that it makes itself. */
function prepare(command: Command, terminal: Terminal): void {
  command
    .helpOption("-h, --help", "show this help")
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, helpWidth: terminal.columns ?? usualColumns })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
      outputError: (text, write) =>
        write(brokenLines(text.trimEnd().replace(/^error: /, "postern: "), terminal.columns)),
    });
  for (const child of command.commands) prepare(child, terminal);
}
