/**
 * What comes of some work, if it comes before the signal. Work that cannot be stopped goes on, unheard.
 *
 * @throws the signal's reason, or what the work throws
 */
export async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
  return await Promise.race([work, aborted.promise]);
}
