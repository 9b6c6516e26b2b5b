import { PublishBatchCommand, SNSClient } from "@aws-sdk/client-sns";
import { type SdkClient, speakUnsigned } from "../../runtime/unsigned-requests.ts";
import type { SesEvent } from "./ses-events.ts";

// SNS takes ten messages a call and 256 KiB in all; records stay under 25 KiB each.
const batchSize = 10;
const patienceMs = 5;
const tries = 5;
const retryMs = 100;

/** Publishes events to their topics, many at once, in order. */
export interface EventPublisher {
  publish(events: SesEvent[]): void;
  /** Resolves once everything so far is published. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export function eventPublisher(options: { snsUrl: string; region: string }): EventPublisher {
  const sns = new SNSClient({
    endpoint: options.snsUrl,
    region: options.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  speakUnsigned(sns as unknown as SdkClient, "sns");
  let waiting: SesEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  const underWay = new Set<Promise<void>>();
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    for (const [topicArn, records] of Map.groupBy(events, (event) => event.topicArn)) {
      const sent = publishAll(
        sns,
        topicArn,
        records.map(({ record }) => record),
      );
      underWay.add(sent);
      void sent.finally(() => underWay.delete(sent));
    }
  };
  const settled = async () => {
    flush();
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    publish: (events) => {
      if (events.length === 0) return;
      waiting.push(...events);
      if (waiting.length >= batchSize) flush();
      else timer ??= setTimeout(flush, patienceMs);
    },
    settled,
    stop: async () => {
      await settled();
      sns.destroy();
    },
  };
}

async function publishAll(sns: SNSClient, TopicArn: string, records: string[]): Promise<void> {
  for (let start = 0; start < records.length; start += batchSize) {
    const entries = records.slice(start, start + batchSize).map((Message, place) => ({
      Id: String(place),
      Message,
      Subject: "Amazon SES Email Event Notification",
    }));
    await publishBatch(sns, TopicArn, entries);
  }
}

type Entry = { Id: string; Message: string; Subject: string };

/** Tries what failed again; events that SNS never takes are lost, as at Amazon, but not silently. */
async function publishBatch(sns: SNSClient, TopicArn: string, entries: Entry[]): Promise<void> {
  let left = entries;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    try {
      const command = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: left });
      const failed = new Set((await sns.send(command)).Failed?.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
      if (left.length === 0) return;
      throw new Error(`SNS refused ${left.length} events`);
    } catch (error) {
      if (attempt === tries) return console.error(`SES events for ${TopicArn} are lost:`, error);
      await new Promise((resolve) => setTimeout(resolve, retryMs * attempt));
    }
  }
}
