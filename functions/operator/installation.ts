import { installationSchema, type ToldInstallation } from "../../shared/contracts/installation.ts";

/** What stands where in this installation. */
export interface Installation
  extends Pick<ToldInstallation, "certificates" | "configurationSets" | "distributions" | "events" | "smtp"> {
  readonly queues: readonly {
    readonly name: string;
    /** Undefined where only dead letters are kept, of what is no queue. */
    readonly url?: string | undefined;
    readonly deadLettersUrl: string;
  }[];
  readonly schedules: readonly { readonly functionId: string; readonly schedule: string }[];
  readonly hosts: readonly { readonly name: string; readonly url: string }[];
}

/**
 * Reads what the template tells.
 *
 * @param anyQueueUrl the URL of one queue: all others stand beside it
 */
export function installationFrom(json: string, anyQueueUrl: string): Installation {
  const { queues, schedules, hosts, ...rest } = installationSchema.parse(JSON.parse(json));
  const urlOf = (queueName: string) => anyQueueUrl.replace(/[^/]+$/, queueName);
  return {
    ...rest,
    queues: queues.map(({ name, queue, deadLetters }) => ({
      name,
      url: queue === undefined ? undefined : urlOf(queue),
      deadLettersUrl: urlOf(deadLetters),
    })),
    schedules: schedules.functions.map((functionId) => ({
      functionId,
      schedule: schedules.prefix + functionId,
    })),
    hosts: Object.entries(hosts).map(([name, url]) => ({ name, url })),
  };
}
