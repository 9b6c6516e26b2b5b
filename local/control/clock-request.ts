import * as z from "zod";
import { durationMs } from "./duration.ts";

const durationHint =
  "milliseconds, or an ISO 8601 duration of weeks, days, hours, minutes, seconds (P31D, PT1H)";

const advance = z.union(
  [
    z.number().nonnegative(),
    z.string().transform((text, context) => {
      const milliseconds = durationMs(text);
      if (milliseconds !== undefined) return milliseconds;
      context.addIssue({ code: "custom", message: `must be ${durationHint}` });
      return z.NEVER;
    }),
  ],
  { error: `must be ${durationHint}` },
);

/** `{"advance": "PT1H"}`, `{"advance": 60000}` or `{"to": "2027-02-28T09:30:00Z"}`. */
export const clockRequestSchema = z.union(
  [z.strictObject({ advance }), z.strictObject({ to: z.iso.datetime({ offset: true }) })],
  { error: `say {"advance": ...} (${durationHint}) or {"to": an ISO 8601 time}` },
);

/** Beyond it ISO 8601 needs signs, and some way beyond it no time can be said at all. */
const lastTime = Date.parse("9999-12-31T23:59:59Z");

/**
 * By how many ms the clock is to move.
 *
 * @throws RangeError for a time that is past, and for one after the year 9999
 */
export function moveOf(request: z.infer<typeof clockRequestSchema>, now: number): number {
  const move = "advance" in request ? request.advance : Date.parse(request.to) - now;
  if (move < 0)
    throw new RangeError(`the clock cannot go back: it is ${new Date(now).toISOString()} already`);
  if (now + move > lastTime) throw new RangeError("the clock ends with the year 9999");
  return move;
}
