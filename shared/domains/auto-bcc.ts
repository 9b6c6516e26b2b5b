import * as z from "zod";

export const mostAutoBccAddresses = 10;
export const mostAutoBccHeaders = 10;

/** Who gets a blind copy of every email from a domain, and what these copies alone say in their header. */
export const autoBccSchema = z.object({
  emails: z.array(z.string()),
  /** Header fields by name, each `X-…`. */
  headers: z.record(z.string(), z.string()),
});

export type AutoBcc = z.infer<typeof autoBccSchema>;

/** A demo domain writes to nobody but the account's owner. */
export function mayHaveAutoBcc(domain: {
  readonly demo: boolean;
  readonly complianceStatus: string;
}): boolean {
  return !domain.demo && domain.complianceStatus !== "demo";
}
