import { enableCompileCache } from "node:module";
import { join, relative } from "node:path";
import { performance } from "node:perf_hooks";

// Lambda runs in UTC, and loading what follows takes half the time from the cache. So does what the processes
// that are started from here load.
const compileCache = join(import.meta.dirname, "..", "node_modules", ".cache", "postern");
process.env["TZ"] = "UTC";
process.env["NODE_COMPILE_CACHE"] = compileCache;
enableCompileCache(compileCache);

const { startCloud } = await import("./cloud.ts");
const { announcement } = await import("./announce.ts");
const { optionsFrom } = await import("./options.ts");
const { stopOnSignals } = await import("./stop-on-signals.ts");

try {
  const options = await optionsFrom(process.env, process.argv.slice(2));
  const starting = startCloud(options);
  stopOnSignals(async () => (await starting).stop());
  const cloud = await starting;
  const startMs = performance.now();
  const stateFolder = relative(process.cwd(), options.stateFolder) || ".";
  const certificate = join(stateFolder, "certificate.pem");
  const { description, engine, clockOffsetMs } = cloud;
  options.print(announcement(description, { engine, startMs, stateFolder, certificate, clockOffsetMs }));
  // A test that started this process waits for the word.
  process.send?.({ ready: true });
  if (options.warm) await cloud.warm();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  process.disconnect?.();
}
