import type { Message } from "@aws-sdk/client-sqs";
import type {
  DeadLettersAnswer,
  QueuesAnswer,
  ReplayAnswer,
} from "../../shared/contracts/operator-answers.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { DeadLetterClient } from "./dead-letter-client.ts";
import type { Installation } from "./installation.ts";

export interface QueueDeps {
  readonly installation: Pick<Installation, "queues">;
  readonly deadLetters: DeadLetterClient;
  readonly clock: Clock;
}

/** An invocation puts back for so long; who asked asks again for the rest. */
const replayMs = 15_000;
/** By these a dead letter is found in the logs. What is not named here may be somebody's mail. */
const tellingFields = ["accountId", "submissionId", "stream", "webhookId", "kind", "id", "eventType"];

export async function queueDepths({ installation, deadLetters }: QueueDeps): Promise<QueuesAnswer> {
  const depths = installation.queues.map(async ({ name, url, deadLettersUrl }) => {
    const [own, dead] = await Promise.all([
      url === undefined ? {} : deadLetters.depth(url),
      deadLetters.depth(deadLettersUrl),
    ]);
    return { queue: name, ...own, deadLetters: allOf(dead) };
  });
  return { queues: await Promise.all(depths) };
}

/** Dead letters as they lie there, without what they say. */
export async function listDeadLetters(
  deps: QueueDeps,
  { queue: asked, limit }: { queue: string; limit: number },
): Promise<DeadLettersAnswer> {
  const { name, deadLettersUrl } = queueNamed(deps, asked);
  // Counted first: what is looked at is hidden for a moment.
  const total = allOf(await deps.deadLetters.depth(deadLettersUrl));
  const letters = await deps.deadLetters.look(deadLettersUrl, limit);
  return { queue: name, total: Math.max(total, letters.length), deadLetters: letters.map(described) };
}

/** @throws PosternError `invalid_request` where there is no queue to put them back into */
export async function replayDeadLetters(
  deps: QueueDeps,
  { queue: asked, ids }: { queue: string; ids?: readonly string[] | undefined },
): Promise<ReplayAnswer> {
  const { name, url, deadLettersUrl } = queueNamed(deps, asked);
  if (url === undefined) {
    throw new PosternError("invalid_request", {
      messages: [`${name} has no queue to go back to: its next round does what the one before did not`],
    });
  }
  const until = deps.clock.now() + replayMs;
  const moved = await deps.deadLetters.putBack(
    { from: deadLettersUrl, to: url },
    { wanted: ids && new Set(ids), isTimeLeft: () => deps.clock.now() < until },
  );
  return { moved, left: allOf(await deps.deadLetters.depth(deadLettersUrl)) };
}

function queueNamed({ installation }: QueueDeps, asked: string) {
  const queue = installation.queues.find(({ name }) => name.toLowerCase() === asked.toLowerCase());
  if (queue !== undefined) return queue;
  const names = installation.queues.map(({ name }) => name).join(", ");
  throw new PosternError("not_found", { messages: [`no queue ${asked}; there are: ${names}`] });
}

function allOf({ waiting, inWork, delayed }: { waiting: number; inWork: number; delayed: number }): number {
  return waiting + inWork + delayed;
}

function described({ MessageId = "", Body = "", Attributes = {}, MessageAttributes = {} }: Message) {
  const errors = Object.entries(MessageAttributes)
    .filter(([name]) => name.startsWith("ERROR_"))
    .map(([name, { StringValue = "" }]) => [name.toLowerCase(), StringValue] as const);
  return {
    id: MessageId,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    receives: Number(Attributes.ApproximateReceiveCount ?? 0),
    bytes: Buffer.byteLength(Body),
    about: { ...aboutOf(Body), ...Object.fromEntries(errors) },
  };
}

function aboutOf(body: string): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  for (const field of tellingFields) {
    const value = Object(parsed(body))[field];
    if (typeof value === "string" || typeof value === "number") found[field] = value;
  }
  return found;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
