import { type Command, Option } from "commander";
import * as z from "zod";
import { standingAnswerSchema } from "../../shared/contracts/operator-answers.ts";
import { streamSchema } from "../../shared/contracts/streams.ts";
import { type Context, idFrom, mustConfirm, type Run, running } from "../context.ts";
import { oneLine, wholeNumber } from "../plain-text.ts";
import { standingText } from "./standing-text.ts";

const releasedSchema = z.looseObject({
  status: z.string(),
  released: z.number(),
  allReleased: z.boolean(),
});

const liftedSchema = releasedSchema.extend({ lifted: z.boolean() });

interface Part {
  readonly domain?: string;
  readonly stream?: string;
}

/** Suspending, lifting, banning: who may send. */
export function addStandingCommands(accounts: Command, context: Context): void {
  withPart(
    accounts
      .command("suspend")
      .description("Holds mail back, and tells the owner. It is kept, and goes out when this is lifted.")
      .argument("<account>", "its id", idFrom)
      .option("--reason <text>", "why, as the owner reads it"),
  ).action(running(context, suspend));
  withPart(
    accounts
      .command("lift")
      .description("Lifts a suspension, or a ban, and lets go what was held.")
      .argument("<account>", "its id", idFrom),
  ).action(running(context, lift));
  withPart(
    accounts
      .command("answered")
      .description("Notes that the owner has answered: there is longer to decide before it becomes a ban.")
      .argument("<account>", "its id", idFrom),
  ).action(running(context, answered));
  accounts
    .command("ban")
    .description("Bans an account, and tells the owner: what is held of its mail is rejected.")
    .argument("<account>", "its id", idFrom)
    .option("--reason <text>", "why, as the owner reads it")
    .option("--yes", "do not ask whether that is meant")
    .action(running(context, ban));
}

function withPart(command: Command): Command {
  const domain = new Option("--domain <name>", "this domain only").conflicts("stream");
  const stream = new Option("--stream <stream>", "this stream only").choices(streamSchema.options);
  return command.addOption(domain).addOption(stream);
}

function partOf({ domain: domainName, stream }: Part): { domainName?: string; stream?: string } {
  return { ...(domainName !== undefined && { domainName }), ...(stream !== undefined && { stream }) };
}

/** What is suspended, as a subject of a sentence. */
function subjectOf(accountId: number, { domain, stream }: Part): string {
  if (domain !== undefined) return `${oneLine(domain)} of account ${accountId}`;
  return stream === undefined ? `Account ${accountId}` : `The ${stream} stream of account ${accountId}`;
}

async function suspend(run: Run, accountId: number, options: Part & { reason?: string }): Promise<void> {
  run.terminal.progress("Until nothing goes out any more …");
  const details = { accountId, ...partOf(options), reason: options.reason };
  const answer = await run.operator.read(standingAnswerSchema, "suspend", details);
  run.show(answer, () =>
    [
      `${subjectOf(accountId, options)} is suspended: nothing goes out.`,
      standingText(answer, run.terminal.columns),
    ].join("\n"),
  );
}

async function lift(run: Run, accountId: number, options: Part): Promise<void> {
  const answer = await run.operator.read(liftedSchema, "lift", { accountId, ...partOf(options) });
  run.show(answer, () => {
    const subject = subjectOf(accountId, options);
    const done = answer.lifted ? `${subject} may send again.` : `${subject} was not suspended.`;
    return `${done} ${releasedText(answer, "let go")}`.trim();
  });
}

async function answered(run: Run, accountId: number, options: Part): Promise<void> {
  const answer = await run.operator.read(standingAnswerSchema, "noteAnswer", {
    accountId,
    ...partOf(options),
  });
  run.show(answer, () => standingText(answer, run.terminal.columns));
}

async function ban(run: Run, accountId: number, options: { reason?: string; yes?: boolean }): Promise<void> {
  await mustConfirm(run, `Ban account ${accountId}, and reject its held mail?`, options.yes);
  run.terminal.progress("Until nothing goes out any more …");
  const details = { accountId, status: "banned", reason: options.reason };
  const answer = await run.operator.read(releasedSchema, "setAccountStatus", details);
  run.show(answer, () => `Account ${accountId} is banned. ${releasedText(answer, "rejected")}`.trim());
}

function releasedText({ released, allReleased }: z.output<typeof releasedSchema>, what: string): string {
  const held = released === 0 ? "" : `${wholeNumber(released)} held messages are ${what}.`;
  return allReleased ? held : `${held} The rest follows by itself.`.trim();
}
