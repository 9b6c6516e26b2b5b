import * as z from "zod";
import { type FaultBook, faultBook, faultTerms } from "./fault-rules.ts";

/** What can go wrong at the receiving SMTP server. */
export const smtpFaultRuleSchema = z.discriminatedUnion("effect", [
  z.strictObject({
    effect: z.literal("reply"),
    /** RCPT TO unless told otherwise; at `data` it is the answer to the message itself. */
    stage: z.enum(["rcpt", "data"]).default("rcpt"),
    code: z.number().int().min(400).max(599),
    /** With the enhanced status code, as in `5.1.1 User unknown`. */
    text: z.string().regex(/^[\x20-\x7e]*$/),
    ...faultTerms,
  }),
  z.strictObject({ effect: z.literal("refuse-connection"), ...faultTerms }).omit({ recipient: true }),
  z.strictObject({
    effect: z.literal("timeout"),
    stage: z.enum(["connect", "rcpt", "data"]).default("connect"),
    ...faultTerms,
  }),
  /** The message is accepted, but the connection ends before the sender can learn it. */
  z.strictObject({ effect: z.literal("drop-after-data"), ...faultTerms }),
]);

export const smtpFaultsSchema = z.strictObject({
  seed: z.number().int().optional(),
  rules: z.array(smtpFaultRuleSchema),
});

export type SmtpFaultRule = z.infer<typeof smtpFaultRuleSchema>;
export type SmtpFaults = FaultBook<SmtpFaultRule>;

export function smtpFaults(): SmtpFaults {
  return faultBook<SmtpFaultRule>();
}
