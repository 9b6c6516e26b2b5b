import { type CounterGroup, type Counts, countedNumbers } from "../messages/counters.ts";

/** One item of the counters: what was counted, and of which messages. */
export interface Counted {
  readonly group: CounterGroup;
  readonly counts: Counts;
}

/** Which messages statistics are about. Days are inclusive; an absent list means all there are. */
export interface StatsQuery {
  readonly startDate: string;
  readonly endDate: string;
  readonly domainIds?: readonly number[] | undefined;
  readonly streams?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly esps?: readonly string[] | undefined;
}

/** Counts and rates as the API shows them. */
export interface Stats {
  readonly delivery_count: number;
  readonly delivery_rate: number;
  readonly bounce_count: number;
  readonly bounce_rate: number;
  readonly open_count: number;
  readonly open_rate: number;
  readonly click_count: number;
  readonly click_rate: number;
  readonly spam_count: number;
  readonly spam_rate: number;
}

const none: Counts = { sent: 0, delivery: 0, bounce: 0, open: 0, click: 0, spam: 0 };

/** Whether a group's messages are among those that are asked for. */
export function isAskedFor(
  { day, domainId, stream, category, esp }: CounterGroup,
  { startDate, endDate, domainIds, streams, categories, esps }: StatsQuery,
): boolean {
  return (
    day >= startDate &&
    day <= endDate &&
    (domainIds === undefined || (domainId !== undefined && domainIds.includes(domainId))) &&
    (streams === undefined || streams.includes(stream)) &&
    (categories === undefined || categories.includes(category)) &&
    (esps === undefined || esps.includes(esp))
  );
}

export function sumOfCounts(all: Iterable<Counts>): Counts {
  const sum = { ...none };
  for (const counts of all) for (const name of countedNumbers) sum[name] += counts[name];
  return sum;
}

/** Deliveries and bounces are parts of what was sent; opens, clicks and complaints of what was delivered. */
export function statsOf({ sent, delivery, bounce, open, click, spam }: Counts): Stats {
  return {
    delivery_count: delivery,
    delivery_rate: rate(delivery, sent),
    bounce_count: bounce,
    bounce_rate: rate(bounce, sent),
    open_count: open,
    open_rate: rate(open, delivery),
    click_count: click,
    click_rate: rate(click, delivery),
    spam_count: spam,
    spam_rate: rate(spam, delivery),
  };
}

/** Statistics of each group, by its name. What is counted under no name (undefined) is left out. */
export function statsBy<Name extends string | number>(
  counted: readonly Counted[],
  nameOf: (group: CounterGroup) => Name | undefined,
): { name: Name; stats: Stats }[] {
  const groups = Map.groupBy(counted, ({ group }) => nameOf(group));
  return [...groups]
    .flatMap(([name, its]) =>
      name === undefined ? [] : [{ name, stats: statsOf(sumOfCounts(its.map(({ counts }) => counts))) }],
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** To two decimals, as 3 of 190 are 0.02; 0 of nothing. */
function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole) / 100;
}
