import * as z from "zod";

/** The body of a message of the list transfers' queue: go on with an import or an export of a list. */
export const listTransferSchema = z.object({
  version: z.literal(1),
  kind: z.enum(["import", "export"]),
  accountId: z.number().int(),
  id: z.string(),
});

export type ListTransfer = z.infer<typeof listTransferSchema>;
