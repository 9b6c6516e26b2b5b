import { appendFileSync, createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionError } from "./thread-messages.ts";

/** Where functions' output goes: a file for each, and what went wrong also to the terminal. */
export interface FunctionLog {
  streamOf(functionId: string): WriteStream;
  failed(functionId: string, error: FunctionError): void;
  denied(functionId: string, text: string, missing: string): void;
  close(): Promise<void>;
}

/** @param print takes one line for the terminal */
export async function functionLog(folder: string, print: (line: string) => void): Promise<FunctionLog> {
  await mkdir(folder, { recursive: true });
  const streams = new Map<string, WriteStream>();
  const printOnce = repeatsFolded(print);

  const fileOf = (functionId: string) => join(folder, `${functionId}.log`);

  function streamOf(functionId: string): WriteStream {
    const known = streams.get(functionId);
    if (known) return known;
    const stream = createWriteStream(fileOf(functionId), { flags: "a" });
    streams.set(functionId, stream);
    return stream;
  }

  // At once, so that who was told of a failure finds the reason in the log.
  const note = (functionId: string, text: string) => appendFileSync(fileOf(functionId), `${text}\n`);

  return {
    streamOf,
    failed(functionId, { errorType, errorMessage, trace = [] }) {
      note(functionId, [`${errorType}: ${errorMessage}`, ...trace].join("\n"));
      printOnce(`${functionId} failed: ${errorType}: ${errorMessage}`);
    },
    denied(functionId, text, missing) {
      note(functionId, `${text}\nmissing statement: ${missing}`);
      printOnce(`${functionId}: ${text}\n  missing statement: ${missing}`);
    },
    async close() {
      await Promise.all(
        [...streams.values()].map((stream) => new Promise<void>((resolve) => stream.end(resolve))),
      );
    },
  };
}

// A load test with faults fails a thousand times in the same way; the terminal shows it once a second.
function repeatsFolded(print: (line: string) => void): (line: string) => void {
  const lastPrinted = new Map<string, number>();
  return (line) => {
    const now = performance.now();
    if (now - (lastPrinted.get(line) ?? Number.NEGATIVE_INFINITY) < 1_000) return;
    if (lastPrinted.size > 1_000) lastPrinted.clear();
    lastPrinted.set(line, now);
    print(line);
  };
}
