import { failureOf } from "../platform/failure.ts";
import { logger } from "../platform/observability.ts";
import { newsOfUse } from "../quota/news-of-use.ts";
import type { OpenUseStore } from "../quota/open-use-store.ts";
import { type PeriodUse, thresholdsReached } from "../quota/thresholds.ts";
import type { NoticeStore } from "./notice-store.ts";

export interface WatchUsageDeps {
  readonly uses: OpenUseStore;
  readonly notices: Pick<NoticeStore, "missing" | "add">;
}

/**
 * Looks at all open periods, and tells owners what they have reached and nobody has told them: who reaches it
 * tells, unless it dies before, or its reservation's answer is lost.
 *
 * @returns how many notices were missing, and how many accounts failed; these are looked at again next time
 */
export async function watchUsage(deps: WatchUsageDeps): Promise<{ told: number; failed: number }> {
  let told = 0;
  let failed = 0;
  for await (const use of deps.uses.all()) {
    try {
      told += await tellMissing(deps, use);
    } catch (error) {
      failed += 1;
      logger.error("usage could not be told", { accountId: use.accountId, failure: failureOf(error) });
    }
  }
  return { told, failed };
}

async function tellMissing({ notices }: WatchUsageDeps, use: PeriodUse): Promise<number> {
  const reached = thresholdsReached(use, use.used).map((threshold) => newsOfUse(use, threshold));
  const missing = reached.length === 0 ? [] : await notices.missing(use.accountId, reached);
  const added = await Promise.all(missing.map((news) => notices.add(use.accountId, news)));
  return added.filter(Boolean).length;
}
