import timekeeper from "timekeeper";

/** Lets every clock reading of this thread be so many ms ahead of the real time. */
export function setThreadClock(offsetMs: number): void {
  timekeeper.reset();
  if (offsetMs !== 0) timekeeper.travel(Date.now() + offsetMs);
}
