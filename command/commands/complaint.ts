import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { Command } from "commander";
import * as z from "zod";
import { type Context, type Run, running } from "../context.ts";
import { Refusal, UsageMistake } from "../failures.ts";
import { oneLine } from "../plain-text.ts";

const answerSchema = z.looseObject({
  isComplaint: z.boolean(),
  accountId: z.number().optional(),
  messageId: z.string().optional(),
});

export function complaintCommand(context: Context): Command {
  return new Command("complaint")
    .description(
      "Records a mailbox provider's complaint (RFC 5965) as it came to your address for complaints.",
    )
    .argument("<file>", "the whole email; - for the standard input")
    .action(running(context, record));
}

async function record(run: Run, file: string): Promise<void> {
  const report = await readReport(file);
  const answer = await run.operator.read(answerSchema, "recordFeedbackReport", { report });
  const { isComplaint, accountId, messageId } = answer;
  if (!isComplaint)
    throw new Refusal(`${oneLine(file)} is no complaint about a message of this installation`);
  run.show(answer, () => `A complaint about message ${messageId} of account ${accountId} is being recorded.`);
}

async function readReport(file: string): Promise<string> {
  try {
    // One character for each byte, as the action takes it.
    const bytes = await (file === "-" ? buffer(process.stdin) : readFile(file));
    return bytes.toString("latin1");
  } catch (error) {
    throw new UsageMistake(`${oneLine(file)} cannot be read: ${String(Object(error).code)}`);
  }
}
