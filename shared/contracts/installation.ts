import * as z from "zod";
import { streamSchema } from "./streams.ts";

const name = z.string().min(1);

/** What stands where in an installation, as the template tells the operator's function: `INSTALLATION`, as JSON. */
export const installationSchema = z.object({
  queues: z.array(
    z.object({
      /** Logical id without `Queue`, such as `DeliverTransactional`. */
      name,
      /** Absent where only dead letters are kept, of what is no queue. */
      url: z.string().optional(),
      deadLettersUrl: z.string(),
    }),
  ),
  /** SES's configuration sets. */
  configurationSets: z.array(z.object({ stream: streamSchema, name })),
  /** To which SES publishes, and the ARN of the queue that listens. */
  events: z.object({ topicArn: z.string(), queueArn: z.string() }),
  /** Functions that are started by the clock, and the names of their schedules. */
  schedules: z.array(z.object({ functionId: name, schedule: name })),
  /** What customers and recipients call. */
  hosts: z.array(z.object({ name, url: z.url() })),
});

export type Installation = z.infer<typeof installationSchema>;
