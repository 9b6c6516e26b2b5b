import * as z from "zod";
import { sesFaultRuleSchema } from "../engines/aws/ses-faults.ts";
import { smtpFaultRuleSchema } from "../engines/smtp-faults.ts";
import { faultRuleSchema } from "../runtime/fault-rules.ts";

/** One rule or several; the whole set of its kind, so that an empty list heals. */
function rulesOf<Rule extends z.ZodType>(rule: Rule) {
  return z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(rule));
}

/**
 * `aws`: faults in the AWS calls of functions; `ses`: at Amazon SES; `smtp`: at the SMTP servers of the
 * world. A kind that is named is replaced, one that is not stays as it is.
 */
export const faultRequestSchema = z
  .strictObject({
    aws: rulesOf(faultRuleSchema).optional(),
    ses: rulesOf(sesFaultRuleSchema).optional(),
    smtp: rulesOf(smtpFaultRuleSchema).optional(),
    /** Makes the probabilities of `ses` and `smtp` strike the same calls each time. */
    seed: z.number().int().optional(),
  })
  .refine(({ aws, ses, smtp }) => aws ?? ses ?? smtp, { error: "name rules for aws, ses or smtp" });

export type FaultRequest = z.infer<typeof faultRequestSchema>;
