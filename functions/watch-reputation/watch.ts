import { system } from "../../shared/accounts/audit.ts";
import { suspend, warn } from "../../shared/accounts/standing.ts";
import type { StandingStore } from "../../shared/accounts/standing-store.ts";
import { suspensionOf } from "../../shared/accounts/suspension.ts";
import { streams } from "../../shared/contracts/streams.ts";
import type { SuspensionRules } from "../../shared/contracts/suspension-rules.ts";
import type { LogPackingStore } from "../../shared/messages/log-packing-store.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { firstDay, judgementOn } from "../../shared/stats/reputation.ts";
import { sumOfCounts } from "../../shared/stats/stats.ts";
import type { StatsStore } from "../../shared/stats/stats-store.ts";

export interface WatchDeps {
  /** Names who has sent lately. */
  readonly packing: Pick<LogPackingStore, "workList">;
  readonly standings: Pick<StandingStore, "read" | "change">;
  readonly stats: Pick<StatsStore, "counted">;
  readonly rules: SuspensionRules;
  readonly clock: Clock;
}

/** Looks at the rates of an account's streams, and warns of them or suspends by them. */
export async function watchAccount(deps: WatchDeps, accountId: number): Promise<void> {
  const account = await deps.standings.read(accountId);
  if (account === undefined || account.status !== "active") return;
  const now = deps.clock.now();
  const endDate = new Date(now).toISOString().slice(0, 10);
  const startDate = firstDay(deps.rules, now);
  const counted = await deps.stats.counted(accountId, { startDate, endDate });
  for (const stream of streams) {
    if (suspensionOf(account, { stream, domainName: "" })) continue;
    const { warnedAt, liftedAt } = account.standing ?? {};
    const since = firstDay(deps.rules, now, liftedAt?.[stream]);
    const its = counted.filter(({ group }) => group.stream === stream && group.day >= since);
    const counts = sumOfCounts(its.map((one) => one.counts));
    const judgement = judgementOn(counts, deps.rules, { warnedAt: warnedAt?.[stream], now });
    if (judgement === undefined) continue;
    const { verdict, reason } = judgement;
    const scope = { kind: "stream", stream } as const;
    const change = verdict === "warn" ? warn(stream, reason) : suspend({ scope, reason, automatic: true });
    await deps.standings.change(accountId, change, system);
  }
}
