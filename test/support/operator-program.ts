import { main } from "../../command/main.ts";

/** What a run of the program has left on its terminal. */
export interface ProgramRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ProgramOptions {
  /** Columns of the terminal; 80 unless given, null for a pipe. */
  readonly columns?: number | null;
  /** What is answered to a question; nobody is there unless given. */
  readonly answer?: boolean;
}

/** Runs the operator's program on a local cloud. */
export async function runProgram(
  { stateFolder }: { stateFolder: string },
  args: readonly string[],
  { columns = 80, answer }: ProgramOptions = {},
): Promise<ProgramRun> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(
    args,
    {
      columns: columns ?? undefined,
      print: (text) => out.push(text),
      error: (text) => err.push(text),
      progress: () => undefined,
      confirm: answer === undefined ? undefined : async () => answer,
    },
    { POSTERN_STATE: stateFolder },
  );
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** Columns of the longest line. */
export const longest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
