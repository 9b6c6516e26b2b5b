import { setDefaultHighWaterMark } from "node:stream";
import { logger } from "../shared/platform/observability.ts";
import { depsFromEnvironment } from "./deps.ts";
import { startHealth } from "./health.ts";
import { startHttp } from "./http/start.ts";
import { startSmtp } from "./smtp/start.ts";

// A message passes through half a dozen streams. What waits in them while the collector comes by is taken for
// something that stays: with 64 KiB in each, ten messages at once have taken 100 MB.
setDefaultHighWaterMark(false, 16 * 1024);

const deps = depsFromEnvironment();
const doors = [await startHttp(deps), await startSmtp(deps)];
// Last, so that nobody comes before all doors are open.
const health = await startHealth();

process.once("SIGTERM", () => {
  health.drain();
  Promise.all(doors.map((door) => door.stop()))
    .then(() => health.stop())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error("the gateway did not stop in order", { reason: String(error) });
        process.exit(1);
      },
    );
});
