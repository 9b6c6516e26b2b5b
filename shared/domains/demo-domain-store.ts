import { idStore } from "../accounts/id-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import { addingWrites } from "./domain-adding-store.ts";
import { changeDomain, countDemoEmails, type DomainTable } from "./domain-table-store.ts";
import { newDomain } from "./new-domain.ts";
import type { SendingDomain } from "./sending-domain.ts";

/** Emails that a demo domain sends, ever. */
const allowance = 100;

export type DemoDomainStore = ReturnType<typeof demoDomainStore>;

/** Demo domains: one for each account, from which it can write to its own owner. */
export function demoDomainStore({ clock, ...domains }: DomainTable & { clock: Clock }) {
  return {
    /**
     * The writes that give a new account its demo domain. It stands under the operator's own domain, whose
     * identity signs for it: it has no keys, and no records to set.
     */
    async openingWrites(accountId: number, mailHost: string): Promise<TransactionWrite[]> {
      const name = `demo-${accountId}.${mailHost}`;
      const wanted = { accountId, name, complianceStatus: "demo" as const, dkimKeys: [] };
      const domain = newDomain(await idStore(domains).next(), clock.now(), wanted);
      return addingWrites(domains, { ...domain, demo: true });
    },

    /**
     * Counts emails against the allowance. A domain that has none left is marked so.
     *
     * @returns false, with nothing counted, if they are more than remain
     */
    async take(domain: SendingDomain, count: number): Promise<boolean> {
      if (await countDemoEmails(domains, domain, { count, allowance })) return true;
      await changeDomain(
        domains,
        domain,
        { complianceStatus: "demo_exhausted" },
        { asRead: { complianceStatus: "demo" } },
      );
      return false;
    },
  };
}
