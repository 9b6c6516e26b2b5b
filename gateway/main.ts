import { logger } from "../shared/platform/observability.ts";
import { depsFromEnvironment } from "./deps.ts";
import { startHealth } from "./health.ts";
import { startHttp } from "./http/start.ts";
import { startSmtp } from "./smtp/start.ts";

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
