/**
 * Stops cleanly at Ctrl-C, at SIGTERM, and when the process that started this one as its child is gone;
 * a second signal, later than the ones that npm passes on, ends at once.
 */
export function stopOnSignals(stop: () => Promise<void>): void {
  let askedAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (askedAt !== undefined) {
      if (now - askedAt > 1_000) process.exit(1);
      return;
    }
    askedAt = now;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error("stopping failed:", error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.on("disconnect", onSignal);
}
