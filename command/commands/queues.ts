import { Command } from "commander";
import {
  deadLettersAnswerSchema,
  queuesAnswerSchema,
  replayAnswerSchema,
} from "../../shared/contracts/operator-answers.ts";
import { type Context, type Run, running, wholeFrom } from "../context.ts";
import { minute, oneLine, wholeNumber } from "../plain-text.ts";
import { type Column, tableOf } from "../table.ts";

const usualRows = 20;

const count = (value: number | undefined) => value && wholeNumber(value);

export function queueCommands(context: Context): Command {
  const queues = new Command("queues").description("What waits, and what was given up.");
  queues
    .command("depth", { isDefault: true })
    .description("Shows how much each queue holds.")
    .action(running(context, depth));
  queues
    .command("dead")
    .description("Lists a queue's dead letters, without what they say; they stay where they are.")
    .argument("<queue>", "the queue's name, as `postern queues` writes it")
    .option("--limit <rows>", "at most so many", wholeFrom, usualRows)
    .action(running(context, listDead));
  queues
    .command("replay")
    .description("Puts dead letters back into their queue. What was done before is not done again.")
    .argument("<queue>", "the queue's name, as `postern queues` writes it")
    .argument("[ids...]", "only these; all unless given")
    .action(running(context, replay));
  return queues;
}

async function depth(run: Run): Promise<void> {
  const answer = await run.operator.read(queuesAnswerSchema, "queueDepths");
  run.show(answer, () =>
    tableOf(
      answer.queues,
      [
        { title: "QUEUE", value: ({ queue }) => queue },
        { title: "WAITING", value: ({ waiting }) => count(waiting), align: "right" },
        { title: "IN WORK", value: ({ inWork }) => count(inWork), align: "right" },
        { title: "DELAYED", value: ({ delayed }) => count(delayed), align: "right" },
        { title: "DEAD LETTERS", value: ({ deadLetters }) => count(deadLetters), align: "right" },
      ],
      run.terminal.columns,
    ),
  );
}

type DeadLetter = (typeof deadLettersAnswerSchema)["_output"]["deadLetters"][number];

const deadLetterColumns: readonly Column<DeadLetter>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "SENT (UTC)", value: ({ sentAt }) => minute(sentAt) },
  { title: "TRIES", value: ({ receives }) => receives, align: "right" },
  { title: "ABOUT", value: ({ about }) => aboutText(about), shrinks: true },
];

function aboutText(about: DeadLetter["about"]): string {
  const fields = Object.entries(about).map(([name, value]) => `${name} ${value}`);
  return fields.length === 0 ? "–" : fields.join(", ");
}

async function listDead(run: Run, queue: string, { limit }: { limit: number }): Promise<void> {
  const answer = await run.operator.read(deadLettersAnswerSchema, "listDeadLetters", { queue, limit });
  const { deadLetters, total } = answer;
  run.show(answer, () =>
    deadLetters.length === 0
      ? total === 0
        ? "No dead letters."
        : "None to be seen at the moment: somebody looked a moment ago. Try again in 20 seconds."
      : tableOf(deadLetters, deadLetterColumns, run.terminal.columns),
  );
  const more = total - deadLetters.length;
  if (deadLetters.length > 0 && more > 0) run.terminal.error(`About ${wholeNumber(more)} more: --limit.`);
}

/** The function moves as many as it can at a time; so that it goes on until nothing more can be moved. */
async function replay(run: Run, queue: string, ids: string[]): Promise<void> {
  const wanted = ids.length === 0 ? undefined : ids;
  let moved = 0;
  let left = 0;
  for (let more = true; more; ) {
    const answer = await run.operator.read(replayAnswerSchema, "replayDeadLetters", { queue, ids: wanted });
    moved += answer.moved;
    left = answer.left;
    run.terminal.progress(`${wholeNumber(moved)} put back, about ${wholeNumber(left)} left …`);
    more = wanted === undefined && answer.moved > 0 && left > 0;
  }
  run.show({ moved, left }, () => {
    const rest = left === 0 ? "" : ` About ${wholeNumber(left)} are still there.`;
    return `${wholeNumber(moved)} put back into ${oneLine(queue)}.${rest}`;
  });
}
