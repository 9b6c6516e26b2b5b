import { CommanderError } from "commander";
import { Refusal, UsageMistake } from "./failures.ts";
import { oneLine } from "./plain-text.ts";
import { programFor } from "./program.ts";
import { brokenLines } from "./table.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/**
 * Runs the program.
 *
 * @param args what stands behind the program's name
 * @returns its exit code: 0 done, 1 refused or failed, 2 asked in a way that it does not understand
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  try {
    await programFor(terminal, env).parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    // The parser has said what is wrong, or shown its help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof UsageMistake) {
      terminal.error(brokenLines(`postern: ${error.message}`, terminal.columns));
      return exitCodes.usage;
    }
    if (!(error instanceof Refusal && error.isTold)) {
      terminal.error(brokenLines(`postern: ${sentenceOf(error)}`, terminal.columns));
    }
    return exitCodes.failed;
  }
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection is an AggregateError without words of its own.
  return oneLine(error.message || String(Object(error).code ?? error.name));
}
