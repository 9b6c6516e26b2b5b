import type { StandingStore } from "../../shared/accounts/standing-store.ts";
import type { DomainStore } from "../../shared/domains/domain-store.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import type { Counts } from "../../shared/messages/counters.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import type { HealthNews, Owner } from "../../shared/platform/notice.ts";
import {
  countsOf,
  type Days,
  fewestForAlerts,
  healthOf,
  lastSevenDays,
  weekThatEnded,
} from "../../shared/stats/health.ts";
import type { StatsStore } from "../../shared/stats/stats-store.ts";

export interface WatchDomainsDeps {
  readonly standings: Pick<StandingStore, "read">;
  readonly domains: Pick<DomainStore, "list" | "changeIfAsRead">;
  readonly stats: Pick<StatsStore, "counted">;
  readonly owner: Owner;
  readonly clock: Clock;
}

/** A domain that has come to a critical state stays in it for so long at least: rates may waver about a limit. */
const criticalForMs = 24 * 3_600_000;

/**
 * Looks at how the mail of an account's domains is received: tells of a domain whose rates have become critical, and on
 * Mondays of the week that is over. Each is told once, whoever looks and however often; a domain's settings may
 * want neither.
 */
export async function watchDomains(deps: WatchDomainsDeps, accountId: number): Promise<void> {
  const account = await deps.standings.read(accountId);
  if (account === undefined || account.status === "banned") return;
  const now = deps.clock.now();
  const recent = lastSevenDays(now);
  const week = weekThatEnded(now);
  const startDate = week?.startDate ?? recent.startDate;
  const counted = await deps.stats.counted(accountId, { startDate, endDate: recent.endDate });
  const domains = (await deps.domains.list(accountId)).filter(({ demo }) => !demo);
  for (const domain of domains) {
    await watchState(deps, domain, recent, countsOf(counted, domain.id, recent));
    if (week !== undefined) await tellOfWeek(deps, domain, week, countsOf(counted, domain.id, week));
  }
}

/** A change to critical is written down, with its facts, before it is told; and told until that is written down, too. */
async function watchState(
  deps: WatchDomainsDeps,
  domain: SendingDomain,
  days: Days,
  counts: Counts,
): Promise<void> {
  const { domains, clock } = deps;
  const isCritical = counts.sent >= fewestForAlerts && healthOf(counts).verdict === "critical";
  const { criticalSince, criticalTold } = domain;
  const asRead = { criticalSince };
  if (typeof criticalSince === "number") {
    const isOver = !isCritical && clock.now() - criticalSince >= criticalForMs;
    if (criticalTold !== true) await tellOfState(deps, domain, criticalSince);
    else if (isOver) await domains.changeIfAsRead(domain, { criticalSince: null }, { asRead });
    return;
  }
  if (!isCritical) return;
  const since = clock.now();
  const change = { criticalSince: since, criticalTold: false, criticalFacts: { ...days, ...counts } };
  const changed = await domains.changeIfAsRead(domain, change, { asRead });
  if (changed !== undefined) await tellOfState(deps, changed, since);
}

async function tellOfState(
  { domains, owner }: WatchDomainsDeps,
  domain: SendingDomain,
  criticalSince: number,
): Promise<void> {
  const { criticalFacts, criticalAlerts, accountId } = domain;
  if (criticalFacts !== undefined && criticalAlerts) {
    const { startDate, endDate, ...counts } = criticalFacts;
    const facts = { turn: criticalSince, days: { startDate, endDate }, counts };
    await owner.tell(accountId, newsOf("domain_critical", domain, facts));
  }
  await domains.changeIfAsRead(domain, { criticalTold: true }, { asRead: { criticalSince } });
}

async function tellOfWeek(
  { domains, owner }: WatchDomainsDeps,
  domain: SendingDomain,
  week: Days,
  counts: Counts,
): Promise<void> {
  const { accountId, healthAlerts, toldWeek } = domain;
  if (!healthAlerts || toldWeek === week.startDate || counts.sent < fewestForAlerts) return;
  const turn = Date.parse(week.startDate);
  await owner.tell(accountId, newsOf("domain_health", domain, { turn, days: week, counts }));
  // Only to spare the looks that follow today.
  await domains.changeIfAsRead(domain, { toldWeek: week.startDate });
}

function newsOf(
  kind: HealthNews["kind"],
  { id: domainId, name, alertRecipient: recipient }: SendingDomain,
  { turn, days, counts }: { readonly turn: number; readonly days: Days; readonly counts: Counts },
): HealthNews {
  return { kind, domainId, name, recipient, turn, days, counts, health: healthOf(counts) };
}
