import { randomUUID } from "node:crypto";
import { localAccount, localRegion } from "../template/account.ts";
import type { ScheduleDefinition } from "./schedule-definitions.ts";
import { nextRun } from "./schedule-expression.ts";

// A clock that jumps, or a machine that slept, is noticed within this time.
const longestWaitMs = 30_000;

type Invoke = (functionId: string, event: string) => Promise<unknown>;

/**
 * Invokes functions when their schedules are due. Schedules that became due several times since the last
 * look, because the clock jumped, fire once: what Postern schedules does all that is due in one round.
 */
export class Schedules {
  readonly #invoke: Invoke;
  readonly #entries: { definition: ScheduleDefinition; next: number | undefined }[];
  readonly #running = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(definitions: readonly ScheduleDefinition[], invoke: Invoke) {
    this.#invoke = invoke;
    const now = Date.now();
    this.#entries = definitions.map((definition) => ({
      definition,
      next: nextRun(definition.expression, definition.timeZone, now),
    }));
    this.#wait();
  }

  /** Fires what is due by the clock of this moment; done when the invocations are. */
  async fireDue(): Promise<void> {
    const now = Date.now();
    const due = this.#entries.filter(({ next }) => next !== undefined && next <= now);
    for (const entry of due) {
      const { definition, next = now } = entry;
      entry.next = nextRun(definition.expression, definition.timeZone, now);
      this.#fire(definition, next);
    }
    this.#wait();
    await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  #fire(definition: ScheduleDefinition, dueAt: number): void {
    const running: Promise<unknown> = this.#invoke(
      definition.functionId,
      scheduledEvent(definition, dueAt),
    ).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const next = Math.min(...this.#entries.map((entry) => entry.next ?? Number.POSITIVE_INFINITY));
    const wait = Math.max(0, Math.min(next - Date.now(), longestWaitMs));
    this.#timer = setTimeout(() => void this.fireDue(), wait);
  }
}

function scheduledEvent({ arn, input }: ScheduleDefinition, dueAt: number): string {
  const time = new Date(dueAt).toISOString().replace(/\.\d{3}Z$/, "Z");
  const executionId = randomUUID();
  if (input !== undefined) {
    return input
      .replaceAll("<aws.scheduler.scheduled-time>", time)
      .replaceAll("<aws.scheduler.execution-id>", executionId)
      .replaceAll("<aws.scheduler.schedule-arn>", arn)
      .replaceAll("<aws.scheduler.attempt-number>", "1");
  }
  return JSON.stringify({
    version: "0",
    id: executionId,
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: localAccount,
    time,
    region: localRegion,
    resources: [arn],
    detail: "{}",
  });
}
