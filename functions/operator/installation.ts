import { installationSchema, type ToldInstallation } from "../../shared/contracts/installation.ts";
import type { Stream } from "../../shared/contracts/streams.ts";

/** What stands where in this installation. */
export interface Installation extends Pick<ToldInstallation, "certificates" | "distributions" | "smtp"> {
  readonly queues: readonly {
    readonly name: string;
    /** Undefined where only dead letters are kept, of what is no queue. */
    readonly url?: string | undefined;
    readonly deadLettersUrl: string;
  }[];
  /** SES's configuration sets. */
  readonly configurationSets: readonly { readonly stream: Stream; readonly name: string }[];
  /** To which SES publishes, and the ARN of the queue that listens. */
  readonly events: { readonly topicArn: string; readonly queueArn: string };
  readonly schedules: readonly { readonly functionId: string; readonly schedule: string }[];
  readonly hosts: readonly { readonly name: string; readonly url: string }[];
}

/**
 * Reads what the template tells.
 *
 * @param anyQueueUrl the URL of one queue: all others stand beside it
 */
export function installationFrom(json: string, anyQueueUrl: string): Installation {
  const told = installationSchema.parse(JSON.parse(json));
  const urlOf = (queueName: string) => anyQueueUrl.replace(/[^/]+$/, queueName);
  const { topicArn, certificates } = told;
  const [, partition, , region, account] = topicArn.split(":");
  const arnOf = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const certificateArn = (idOrArn: string) =>
    idOrArn.startsWith("arn:") ? idOrArn : arnOf("acm", `certificate/${idOrArn}`);
  const listens = told.queues.find(({ id }) => id === "Events")?.q ?? "";
  return {
    ...{ smtp: told.smtp, distributions: told.distributions },
    certificates: certificates && mapped(certificates, certificateArn),
    queues: told.queues.map(({ id, q, dead }) => ({
      name: id,
      url: q === undefined ? undefined : urlOf(q),
      deadLettersUrl: urlOf(dead),
    })),
    configurationSets: Object.entries(told.configurationSets).map(([stream, name]) => ({
      ...{ stream: stream as Stream, name },
    })),
    events: { topicArn, queueArn: arnOf("sqs", listens) },
    schedules: told.schedules.functions.map((functionId) => ({
      functionId,
      schedule: told.schedules.prefix + functionId,
    })),
    hosts: Object.entries(told.hosts).map(([name, url]) => ({ name, url })),
  };
}

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
