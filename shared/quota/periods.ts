export interface Period {
  /** Epoch ms, inclusive. */
  start: number;
  /** Epoch ms, exclusive: the start of the next. */
  end: number;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/**
 * The billing period that contains a time: periods begin at the monthly anniversaries (UTC) of an anchor,
 * at its time of day. Where a month lacks the anchor's day, its last day stands in, and the months after it
 * have the anchor's day again: 31 January, 28 February, 31 March.
 *
 * @param anchor epoch ms at which the plan began
 */
export function periodContaining(anchor: number, time: number): Period {
  const months = monthsBetween(anchor, time);
  const index = anniversary(anchor, months) <= time ? months : months - 1;
  return { start: anniversary(anchor, index), end: anniversary(anchor, index + 1) };
}

/** The UTC day of a time, as `2026-01-31`. Days sort as text. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Epoch ms at which a day as `2026-01-31` begins. */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** The UTC hour of a time, as `2026-01-31T09`. */
export function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, 13);
}

/** Epoch ms at which the hour after that of a time begins. */
export function nextHour(time: number): number {
  return time - (time % hourMs) + hourMs;
}

/** Calendar months from one time's month to another's. */
function monthsBetween(from: number, to: number): number {
  const [first, second] = [new Date(from), new Date(to)];
  const years = second.getUTCFullYear() - first.getUTCFullYear();
  return years * 12 + second.getUTCMonth() - first.getUTCMonth();
}

function anniversary(anchor: number, months: number): number {
  const date = new Date(anchor);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  // Day 0 of the month after is the last day of this one.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  return Date.UTC(year, month, day) + (anchor - startOfDay(dayOf(anchor)));
}
