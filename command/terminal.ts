import { once } from "node:events";
import { createInterface } from "node:readline/promises";

/** Where the program writes, and whom it asks. */
export interface Terminal {
  /** Columns that a line may take; undefined where nobody looks at lines (a file, a pipe). */
  readonly columns: number | undefined;
  /** Results: a line or several, without the last line break. */
  print(text: string): void;
  /** What is wrong, and anything beside the result. */
  error(text: string): void;
  /** Says how far long work has come, in place of what it said before; nothing ends it. */
  progress(text?: string): void;
  /** Asks for a yes; undefined where nobody can be asked. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

const clearLine = "\r\u001b[2K";

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  // Who pipes into `head` has enough: that is no failure.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const showsProgress = stderr.isTTY === true;
  let isShown = false;
  const progress = (text = "") => {
    if (!showsProgress || (text === "" && !isShown)) return;
    stderr.write(clearLine + text.slice(0, (stderr.columns ?? 80) - 1));
    isShown = text !== "";
  };
  return {
    columns: stdout.isTTY === true ? (stdout.columns ?? 80) : undefined,
    print(text) {
      progress();
      stdout.write(`${text}\n`);
    },
    error(text) {
      progress();
      stderr.write(`${text}\n`);
    },
    progress,
    confirm: stdin.isTTY === true && stderr.isTTY === true ? confirm : undefined,
  };
}

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-D ends the input, and Ctrl-C the question: neither is a yes.
  const leaving = once(lines, "close").then(() => undefined);
  try {
    const said = await Promise.race([lines.question(`${question} [y/N] `), leaving]).catch(() => undefined);
    if (said === undefined) process.stderr.write("\n");
    return /^y(es)?$/i.test(said?.trim() ?? "");
  } finally {
    lines.close();
  }
}
