import type { Clock } from "../platform/clock.ts";
import {
  type DomainTable,
  type DueDomain,
  endDeletion,
  putOffDue,
  readDeletedDomains,
  readDue,
} from "./domain-table-store.ts";
import type { DeletedDomain } from "./sending-domain.ts";

/** Whoever looks at a domain has it for himself for so long; one that cannot be looked at is due again then. */
const claimMs = 10 * 60_000;

export type DomainCheckStore = ReturnType<typeof domainCheckStore>;

/** Which domains are due for a look, and what is left of those that were deleted. */
export function domainCheckStore({ clock, ...domains }: DomainTable & { clock: Clock }) {
  return {
    /** At most so many that are due, the longest due first. */
    due: (limit: number) => readDue(domains, clock.now(), limit),

    /** Takes a due domain for some minutes; false if somebody else has it, or it is due no more. */
    claim: (due: DueDomain): Promise<boolean> => {
      const now = clock.now();
      return putOffDue(domains, due, { now, until: now + claimMs });
    },

    /** What the account has deleted; its messages and statistics still name these. */
    listDeleted: (accountId: number) => readDeletedDomains(domains, accountId),

    /** Nothing of the deleted domain is left to tidy up. */
    endDeletion: (domain: DeletedDomain) => endDeletion(domains, domain),
  };
}
