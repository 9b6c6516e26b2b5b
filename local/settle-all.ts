/**
 * Waits until all have come to an end, then fails with the first failure: unlike `Promise.all`, nothing is
 * still starting when the failure is dealt with.
 */
export async function settleAll<Results extends readonly unknown[]>(
  promises: {
    [Index in keyof Results]: Promise<Results[Index]>;
  },
): Promise<Results> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as Results;
}
