import type { AuditEntry } from "../accounts/audit.ts";
import { idStore } from "../accounts/id-store.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { nextCheckAt } from "./compliance.ts";
import { type AddingCheck, writeDomain } from "./domain-adding-store.ts";
import {
  type ChangeTerms,
  changeDomain,
  type DomainChange,
  type DomainTable,
  deleteDomain,
  readDeletedDomains,
  readDomain,
  readDomains,
  readHolder,
} from "./domain-table-store.ts";
import { newDomain, type WantedDomain } from "./new-domain.ts";
import type { ComplianceStatus, DeletedDomain, DomainSettings, SendingDomain } from "./sending-domain.ts";

const foundMs = 30_000;
const missingMs = 2_000;
const cachedEntries = 1_000;
/** Mail that a deleted domain has signed may be on its way for so long; until then its keys stay published. */
export const keysOutliveMs = 7 * 86_400_000;

export type DomainStore = ReturnType<typeof domainStore>;

/** Sending domains, in the accounts table. Names are lower-case A-labels. */
export function domainStore({ clock, ...domains }: DomainTable & { clock: Clock }) {
  const known = lookupCache<SendingDomain>({
    clock,
    foundMs,
    missingMs,
    max: cachedEntries,
    find: (key) => readDomain(domains, accountOfCacheKey(key), nameOfCacheKey(key)),
  });
  const reads = readsOf(domains, known.get);
  const forget = ({ accountId, name }: Pick<SendingDomain, "accountId" | "name">) =>
    known.forget(cacheKey(accountId, name));

  async function change(
    domain: Pick<SendingDomain, "accountId" | "name">,
    attributes: DomainChange,
  ): Promise<SendingDomain> {
    const changed = await changeIfAsRead(domain, attributes);
    if (changed === undefined) throw new PosternError("not_found");
    return changed;
  }

  async function changeIfAsRead(
    domain: Pick<SendingDomain, "accountId" | "name">,
    attributes: DomainChange,
    terms: ChangeTerms = {},
  ): Promise<SendingDomain | undefined> {
    const changed = await changeDomain(domains, domain, attributes, terms);
    forget(domain);
    return changed;
  }

  return {
    ...reads,

    /**
     * Adds a domain to an account; one that the account has already stays as it is and is returned. A name
     * belongs to one account only: the mail provider knows one identity of that name, with one set of keys.
     *
     * @throws PosternError `validation_failed` if another account has it, and what the check throws
     */
    async add(wanted: WantedDomain, check: AddingCheck = () => undefined): Promise<SendingDomain> {
      const now = clock.now();
      const added = await writeDomain(domains, wanted, check, async () => {
        const domain = newDomain(await idStore(domains).next(), now, wanted);
        return { domain, checkAt: nextCheckAt(domain, now) ?? now };
      });
      forget(wanted);
      return added;
    },

    /**
     * Changes attributes of a domain that has still the status that it had when it was read.
     *
     * @param audit what is noted of it, together with the change
     * @returns undefined if it has another one by now, or is gone
     */
    changeIfStill: (domain: SendingDomain, attributes: DomainChange, audit?: AuditEntry) =>
      changeIfAsRead(domain, attributes, {
        audit,
        asRead: { id: domain.id, complianceStatus: domain.complianceStatus },
      }),

    /**
     * Changes attributes of a domain where some are as they were read.
     *
     * @returns undefined if they are not, or the domain is gone
     */
    changeIfAsRead,

    /** @throws PosternError `not_found` if the account has no such domain */
    change,

    /**
     * Sets a status by hand; of this the owner is not told.
     *
     * @throws PosternError `not_found` if the account has no such domain
     */
    setComplianceStatus: (accountId: number, name: string, complianceStatus: ComplianceStatus) =>
      change(
        { accountId, name },
        {
          ...{ complianceStatus, toldState: complianceStatus },
          ...(complianceStatus === "compliant" && { approvedAt: clock.now() }),
        },
      ),

    /**
     * Changes the settings that are given; a tracking host that is wanted now is looked after at once.
     *
     * @throws PosternError `not_found` if the account has no such domain
     */
    async changeSettings(
      accountId: number,
      id: number,
      settings: Partial<DomainSettings> & Pick<SendingDomain, "autoBcc">,
    ): Promise<SendingDomain> {
      const domain = await reads.get(accountId, id);
      if (domain === undefined) throw new PosternError("not_found");
      return change(domain, { ...settings, ...(startsHost(domain, settings) && { checkAt: clock.now() }) });
    },

    /**
     * Takes the domain from the account; the name is free, and what it was stays noted.
     *
     * @returns false if it was gone already
     */
    async remove(domain: SendingDomain): Promise<boolean> {
      const deletedAt = clock.now();
      const isRemoved = await deleteDomain(domains, domain, {
        deletedAt,
        checkAt: deletedAt + keysOutliveMs,
      });
      forget(domain);
      return isRemoved;
    },
  };
}

function startsHost(before: SendingDomain, { customTracking }: Partial<DomainSettings>): boolean {
  return customTracking === true && !before.customTracking && !before.demo;
}

function readsOf(domains: DomainTable, known: (key: string) => Promise<SendingDomain | undefined>) {
  return {
    /** The account's domain of that very name (a parent covers no child), as it was within the last 30 s. */
    find: (accountId: number, name: string): Promise<SendingDomain | undefined> =>
      known(cacheKey(accountId, name)),

    /** The account's domain of that very name, as it is now. */
    read: (accountId: number, name: string): Promise<SendingDomain | undefined> =>
      readDomain(domains, accountId, name),

    /** The account's domain with that id, as it is now. */
    async get(accountId: number, id: number): Promise<SendingDomain | undefined> {
      return (await readDomains(domains, accountId)).find((domain) => domain.id === id);
    },

    /** All domains of the account as they are now, oldest first. */
    list: (accountId: number): Promise<SendingDomain[]> => readDomains(domains, accountId),

    /** The domain of that name as it is now, whoever's it is. */
    holder: (name: string): Promise<SendingDomain | undefined> => readHolder(domains, name),

    /** What the account's last domain of that name was, if it deleted one. */
    async lastDeleted(accountId: number, name: string): Promise<DeletedDomain | undefined> {
      const deleted = await readDeletedDomains(domains, accountId);
      return deleted
        .filter((one) => one.name === name)
        .toSorted((one, other) => one.id - other.id)
        .at(-1);
    },
  };
}

function cacheKey(accountId: number, name: string): string {
  return `${accountId}/${name}`;
}

function accountOfCacheKey(key: string): number {
  return Number(key.slice(0, key.indexOf("/")));
}

function nameOfCacheKey(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
