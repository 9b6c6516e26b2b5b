import { Cron } from "croner";

const unitMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * When a schedule of EventBridge Scheduler is due next: `rate(5 minutes)`, `cron(0 9 ? * MON-FRI *)` or
 * `at(2026-11-22T09:00:00)`. A rate counts from the epoch, so that a restart does not move it.
 *
 * @param after epoch ms
 * @returns epoch ms, later than `after`; undefined when it is never due again
 * @throws Error for an expression that is none
 */
export function nextRun(expression: string, timeZone: string, after: number): number | undefined {
  const [, kind, argument = ""] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  switch (kind) {
    case "rate":
      return nextByRate(argument, after);
    case "cron":
      return cron(argument, timeZone).nextRun(new Date(after))?.getTime();
    case "at":
      return new Cron(argument, { timezone: timeZone }).nextRun(new Date(after))?.getTime();
    default:
      throw new Error(`not a schedule expression: ${expression}`);
  }
}

function nextByRate(argument: string, after: number): number {
  const [, count, unit = ""] = /^(\d+) (minute|hour|day)s?$/.exec(argument) ?? [];
  const interval = Number(count) * (unitMs[unit] ?? Number.NaN);
  if (!(interval > 0)) throw new Error(`not a rate: ${argument}`);
  return (Math.floor(after / interval) + 1) * interval;
}

/** AWS has six fields (minute to year), `?` for "any", and counts weekdays from 1 = Sunday. */
function cron(argument: string, timeZone: string): Cron {
  const fields = argument.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek = "", year] = fields;
  if (fields.length !== 6) throw new Error(`a cron expression has six fields: ${argument}`);
  const weekday = dayOfWeek.replace(/(?<![#\d/])\d/g, (day) => String(Number(day) - 1));
  const pattern = ["0", minute, hour, dayOfMonth, month, weekday, year].join(" ").replaceAll("?", "*");
  // Sloppy ranges let `0/15` stand for "from 0, every 15", as AWS writes it.
  return new Cron(pattern, { timezone: timeZone, sloppyRanges: true });
}
