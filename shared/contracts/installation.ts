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
      id: name,
      /** Its name, without one where only dead letters are kept, of what is no queue; and that of its dead letters. */
      q: name.optional(),
      dead: name,
    }),
  ),
  /** SES's configuration sets, by their streams. */
  configurationSets: z.record(streamSchema, name),
  /** To which SES publishes, for the queue `Events`. */
  topicArn: name,
  /** Functions that the clock starts; the name of each one's schedule is its own behind the prefix. */
  schedules: z.object({ prefix: z.string(), functions: z.array(name) }),
  /** What customers and recipients call. */
  hosts: z.record(z.string(), z.url()),
  /** The secret (ARN) with the SMTP door's certificate; absent without that door. */
  smtp: z.object({ secret: name.optional() }).optional(),
  /** CloudFront's distributions (ids), by what their hosts have before the mail host, such as `send`. */
  distributions: z.record(z.string(), name).optional(),
  /**
   * ACM's certificates, by the same of the hosts that show them, parted by spaces: ids of those in the installation's own
   * region, ARNs of others.
   */
  certificates: z.record(z.string(), name).optional(),
});

export type ToldInstallation = z.infer<typeof installationSchema>;
