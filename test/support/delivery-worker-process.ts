import { handler } from "../../functions/deliver/handler.ts";
import type { DeliveryJob } from "../../shared/contracts/delivery-job.ts";

const sampleMs = 5;
const context = { getRemainingTimeInMillis: () => 60_000 };

process.on("message", async (jobs: DeliveryJob[]) => {
  const Records = jobs.map((job, place) => ({ messageId: String(place), body: JSON.stringify(job) }));
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, sampleMs);
  const { batchItemFailures } = await handler({ Records }, context);
  clearInterval(sampler);
  const failures = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  process.send?.({ failures, grownBytes: Math.max(peak, process.memoryUsage.rss()) - before });
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
