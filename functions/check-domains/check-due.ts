import pLimit from "p-limit";
import { type CheckDomainDeps, checkDomain } from "../../shared/domains/check-domain.ts";
import type { DomainCheckStore } from "../../shared/domains/domain-check-store.ts";
import { tidyUpDeleted } from "../../shared/domains/remove-domain.ts";
import { type SetUpDomainDeps, setUpDomain } from "../../shared/domains/set-up-domain.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";

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
  const limit = pLimit(atOnce);
  const due = await deps.checks.due(mostInOneRound);
  const outcomes = await Promise.all(due.map((one) => limit(() => isDone(deps, one))));
  return { looked: due.length, failed: outcomes.filter((done) => !done).length };
}

/** One domain's trouble is no other's. */
async function isDone(deps: CheckDueDeps, due: Due): Promise<boolean> {
  try {
    await look(deps, due);
    return true;
  } catch (error) {
    logger.error("a domain could not be checked", { due, failure: failureOf(error) });
    return false;
  }
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
