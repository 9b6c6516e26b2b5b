import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** While a dead letter is looked at, nobody else sees it; who comes after this does. */
const lookSeconds = 20;
/** Longer than an invocation lasts: what is being put back is not put back twice. */
const moveSeconds = 120;
/** One call gives no more. */
const mostAtOnce = 10;
/** Queues are many machines, and a call may ask some that have nothing. */
const emptyAnswers = 3;

/** How many messages a queue has, about. */
export interface Depth {
  readonly waiting: number;
  readonly inWork: number;
  readonly delayed: number;
}

export type DeadLetterClient = ReturnType<typeof deadLetterClient>;

/** Queues, as the operator looks at them and puts back what they gave up on. */
export function deadLetterClient(sqs: SQSClient) {
  /** Receives message by message, each once, until there are no more or whoever takes them has enough. */
  async function* received(url: string, seconds: number): AsyncGenerator<Message> {
    const seen = new Set<string>();
    for (let empty = 0; empty < emptyAnswers; ) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: mostAtOnce,
          VisibilityTimeout: seconds,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        }),
      );
      const news = Messages.filter(({ MessageId = "" }) => !seen.has(MessageId));
      empty = news.length === 0 ? empty + 1 : 0;
      for (const message of news) {
        seen.add(message.MessageId ?? "");
        yield message;
      }
    }
  }

  return {
    async depth(url: string): Promise<Depth> {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
          ],
        }),
      );
      return {
        waiting: Number(Attributes["ApproximateNumberOfMessages"] ?? 0),
        inWork: Number(Attributes["ApproximateNumberOfMessagesNotVisible"] ?? 0),
        delayed: Number(Attributes["ApproximateNumberOfMessagesDelayed"] ?? 0),
      };
    },

    /** Some of what is in there, which stays there. */
    async look(url: string, most: number): Promise<Message[]> {
      const found: Message[] = [];
      for await (const message of received(url, lookSeconds)) {
        found.push(message);
        if (found.length >= most) break;
      }
      return found;
    },

    /**
     * Puts dead letters back, each first sent and then removed: cut off in between, it is there twice, which
     * every consumer bears, and never not at all.
     *
     * @param wanted which ones, by id; all unless given
     * @returns how many
     */
    async putBack(
      { from, to }: { from: string; to: string },
      { wanted, isTimeLeft }: { wanted: ReadonlySet<string> | undefined; isTimeLeft: () => boolean },
    ): Promise<number> {
      let moved = 0;
      for await (const message of received(from, moveSeconds)) {
        if (wanted === undefined || wanted.has(message.MessageId ?? "")) {
          await sqs.send(
            new SendMessageCommand({
              QueueUrl: to,
              MessageBody: message.Body,
              MessageAttributes: message.MessageAttributes,
            }),
          );
          await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle: message.ReceiptHandle }));
          moved += 1;
        }
        if (moved === wanted?.size || !isTimeLeft()) break;
      }
      return moved;
    },
  };
}
