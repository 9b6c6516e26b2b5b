import * as z from "zod";
import { type FaultBook, faultBook, faultTerms } from "../fault-rules.ts";

/** The ways in which SendEmail refuses by name, with Amazon's status and a text like Amazon's. */
export const sesRefusals = {
  AccountSuspendedException: [400, "The account's ability to send email has been permanently restricted."],
  SendingPausedException: [400, "Sending is paused for this account."],
  MailFromDomainNotVerifiedException: [400, "The sending domain isn't verified."],
  MessageRejected: [400, "Email address is not verified."],
  NotFoundException: [404, "The resource you attempted to access doesn't exist."],
  BadRequestException: [400, "The input you provided is invalid."],
  LimitExceededException: [400, "There are too many instances of the specified resource type."],
  TooManyRequestsException: [429, "Maximum sending rate exceeded."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** What can go wrong at SendEmail. */
export const sesFaultRuleSchema = z.discriminatedUnion("effect", [
  z.strictObject({ effect: z.literal("throttle"), ...faultTerms }),
  z.strictObject({
    effect: z.literal("refuse"),
    exception: z.enum(Object.keys(sesRefusals) as (keyof typeof sesRefusals)[]),
    message: z.string().optional(),
    ...faultTerms,
  }),
  /** Status 500. */
  z.strictObject({ effect: z.literal("error"), ...faultTerms }),
  /** Accepts and delivers, then cuts the connection in place of the answer. */
  z.strictObject({ effect: z.literal("lose-answer"), ...faultTerms }),
  /** Neither accepts nor answers. */
  z.strictObject({ effect: z.literal("timeout"), ...faultTerms }),
  /** Accepts, then reports a permanent bounce, as for bounce@simulator.amazonses.com. */
  z.strictObject({ effect: z.literal("bounce"), ...faultTerms }),
  /** Accepts, reports that the recipient's server is not to be reached for now, then delivers. */
  z.strictObject({ effect: z.literal("delay"), ...faultTerms }),
  /** Accepts and delivers, then reports a complaint. */
  z.strictObject({ effect: z.literal("complaint"), ...faultTerms }),
]);

export const sesFaultsSchema = z.strictObject({
  seed: z.number().int().optional(),
  rules: z.array(sesFaultRuleSchema),
});

export type SesFaultRule = z.infer<typeof sesFaultRuleSchema>;
export type SesFaults = FaultBook<SesFaultRule>;

export function sesFaults(): SesFaults {
  return faultBook<SesFaultRule>();
}
