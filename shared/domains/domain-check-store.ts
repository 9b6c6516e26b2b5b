import type { Clock } from "../platform/clock.ts";
import { type DomainTable, endDeletion, readDeletedDomains, readDue } from "./domain-table-store.ts";
import type { DeletedDomain } from "./sending-domain.ts";

export type DomainCheckStore = ReturnType<typeof domainCheckStore>;

/** Which domains are due for a look, and what is left of those that were deleted. */
export function domainCheckStore({ clock, ...domains }: DomainTable & { clock: Clock }) {
  return {
    /** At most so many that are due, the longest due first. */
    due: (limit: number) => readDue(domains, clock.now(), limit),

    /** What the account has deleted; its messages and statistics still name these. */
    listDeleted: (accountId: number) => readDeletedDomains(domains, accountId),

    /** Nothing of the deleted domain is left to tidy up. */
    endDeletion: (domain: DeletedDomain) => endDeletion(domains, domain),
  };
}
