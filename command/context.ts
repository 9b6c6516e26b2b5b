import { type Command, InvalidArgumentError } from "commander";
import { connectionFor, type Whereabouts } from "./connection.ts";
import { UsageMistake } from "./failures.ts";
import { type Operator, operatorClient } from "./operator-client.ts";
import { brokenLines } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** What every command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One run of a command. */
export interface Run {
  readonly operator: Operator;
  readonly terminal: Terminal;
  /** Prints a result: as JSON where that was asked for, otherwise as people read it. */
  show(answer: unknown, text: () => string): void;
}

type GlobalOptions = Whereabouts & { readonly json?: boolean };

/** Makes the command's action: it gets its arguments, its options, and a run. */
export function running<Args extends unknown[]>(
  { terminal, env }: Context,
  act: (run: Run, ...args: Args) => Promise<void>,
): (...given: [...Args, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals<GlobalOptions>();
    const run: Run = {
      terminal,
      operator: operatorClient(await connectionFor(options, env)),
      show: (answer, text) =>
        terminal.print(
          options.json === true ? JSON.stringify(answer, null, 2) : brokenLines(text(), terminal.columns),
        ),
    };
    try {
      await act(run, ...(given.slice(0, -1) as Args));
    } finally {
      terminal.progress();
    }
  };
}

/** @throws UsageMistake where nobody can be asked and nothing was said in advance; or nobody says yes */
export async function mustConfirm(
  { terminal }: Run,
  question: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes === true) return;
  if (terminal.confirm === undefined) throw new UsageMistake("nobody is there to confirm it: say --yes");
  if (!(await terminal.confirm(question))) throw new UsageMistake("left as it was");
}

/** Reads an id from the command line. */
export function idFrom(text: string): number {
  const id = wholeFrom(text);
  if (id === 0) throw new InvalidArgumentError("Ids begin with 1.");
  return id;
}

/** Reads a whole number from the command line; thousands may be parted by `_` or `,`. */
export function wholeFrom(text: string): number {
  const number = Number(text.replaceAll(/[_,]/g, ""));
  if (/^[\d_,]+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError("It must be a whole number.");
}
