import { type CheckDomainDeps, checkDomain } from "../../shared/domains/check-domain.ts";
import type { DomainCheckStore } from "../../shared/domains/domain-check-store.ts";
import { tidyUpDeleted } from "../../shared/domains/remove-domain.ts";
import { type SetUpDomainDeps, setUpDomain } from "../../shared/domains/set-up-domain.ts";
import { eachAlone } from "../../shared/platform/each-alone.ts";

export interface CheckDueDeps extends CheckDomainDeps, SetUpDomainDeps {
  readonly domains: CheckDomainDeps["domains"];
  readonly keyZone: CheckDomainDeps["keyZone"];
  readonly sesIdentities: CheckDomainDeps["sesIdentities"];
  readonly checks: DomainCheckStore;
}

type Due = Awaited<ReturnType<DomainCheckStore["due"]>>[number];

/** Most of a look is waiting for name servers. */
const atOnce = 10;
/** What remains is due with the next round, a minute later. */
const mostInOneRound = 500;

/**
 * Looks at the domains that are due, and tidies up after those that were deleted.
 *
 * @returns how many there were, and how many of them failed; these are due again some minutes later
 */
export async function checkDue(deps: CheckDueDeps): Promise<{ looked: number; failed: number }> {
  const all = await deps.checks.due(mostInOneRound);
  const trouble = { text: "a domain could not be checked", naming: (due: Due) => ({ due }), atOnce };
  const failed = await eachAlone(all, trouble, (due) => look(deps, due));
  return { looked: all.length, failed: failed.length };
}

async function look(deps: CheckDueDeps, due: Due): Promise<void> {
  if (!(await deps.checks.claim(due))) return;
  if ("deletedId" in due) return tidyUpDeleted(deps, due);
  const domain = await deps.domains.read(due.accountId, due.name);
  if (domain === undefined) return;
  // Whoever added it may have been cut off.
  const isHalfMade = domain.setUpAt === undefined && !domain.demo;
  await checkDomain(deps, isHalfMade ? await setUpDomain(deps, domain) : domain);
}
