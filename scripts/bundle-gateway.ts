import { join } from "node:path";
import { build } from "esbuild";

// Bundles the gateway as the functions are bundled: `node scripts/bundle-gateway.ts <folder>`.

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("say where the bundle goes");

await build({
  entryPoints: [join(import.meta.dirname, "..", "gateway", "main.ts")],
  outfile: join(folder, "gateway.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  minify: true,
  logLevel: "warning",
  mainFields: ["module", "main"],
  // Packages that are still CommonJS call require, which an ES module does not have.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
});
