import * as z from "zod";

const time = z.number().int().nonnegative();

/** Some past events that are to be told again, and how far that has come. */
export const replaySchema = z.object({
  /** Epoch ms of the first and the last event. */
  from: time,
  to: time,
  /** Where reading goes on. */
  after: z.string().optional(),
});

/** The body of a message of the ticks queue: look after this webhook. */
export const webhookTickSchema = z.object({
  /** 0 is the operator's own, which is no account. */
  accountId: z.number().int().nonnegative(),
  webhookId: z.number().int().positive(),
  /** The `nextAttemptAt` that this tick was sent for. */
  retryAt: time.optional(),
  /** It goes by the queue for what takes long, where it keeps nobody else waiting. */
  slow: z.literal(true).optional(),
  replay: replaySchema.optional(),
});

export type Replay = z.infer<typeof replaySchema>;
export type WebhookTick = z.infer<typeof webhookTickSchema>;
