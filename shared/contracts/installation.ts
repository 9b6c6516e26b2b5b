import * as z from "zod";
import { streamSchema } from "./streams.ts";

const name = z.string().min(1);

/**
 * What stands where in an installation, as the template tells the operator's function: `INSTALLATION`, as JSON.
 * Short, because all variables of a function together may take 4 KB: queues are told by their names alone.
 */
export const installationSchema = z.object({
  queues: z.array(
    z.object({
      /** Logical id without `Queue`, such as `DeliverTransactional`. */
      name,
      /** Absent where only dead letters are kept, of what is no queue. */
      queue: name.optional(),
      deadLetters: name,
    }),
  ),
  /** SES's configuration sets. */
  configurationSets: z.array(z.object({ stream: streamSchema, name })),
  /** To which SES publishes, and the ARN of the queue that listens. */
  events: z.object({ topicArn: z.string(), queueArn: z.string() }),
  /** Functions that the clock starts; the name of each one's schedule is its own behind the prefix. */
  schedules: z.object({ prefix: z.string(), functions: z.array(name) }),
  /** What customers and recipients call. */
  hosts: z.record(z.string(), z.url()),
  /** Where mail programs call, and the secret (ARN) with the certificate; absent without the SMTP door. */
  smtp: z.object({ hosts: z.array(name), secret: name.optional() }).optional(),
  /** CloudFront's distributions (ids), by the hosts before which they stand. */
  distributions: z.record(z.string(), name).optional(),
  /** ACM's certificates, and the hosts that show them. */
  certificates: z.array(z.object({ arn: name, hosts: z.array(name) })).optional(),
});

export type ToldInstallation = z.infer<typeof installationSchema>;
