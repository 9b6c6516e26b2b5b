// How large each deployed function is, and how long its import takes in a new process, beside an empty
// handler that makes the same AWS clients. Reads the bundles of `cdk synth`, so that what is measured is
// what is deployed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { environmentNames } from "../shared/contracts/environment-names.ts";
import { median, printTable } from "./measure.ts";

const runs = 9;
const root = join(import.meta.dirname, "..");
const work = mkdtempSync(join(tmpdir(), "postern-function-size-"));

// Any value does: nothing is called while a module is imported.
const environment = Object.fromEntries(
  Object.values(environmentNames).map((name) => [name, exampleValue(name)]),
);

function exampleValue(name: string): string {
  if (name === "STREAM") return "transactional";
  if (name === "SMTP_ROUTE") return "relay";
  return name.endsWith("_URL") ? "https://example.com" : "example";
}

/** Milliseconds that importing a bundle takes in a process of its own. */
function importTimes(bundle: string): number[] {
  const script = `const started = performance.now(); await import(${JSON.stringify(`file://${bundle}`)}); console.log(performance.now() - started);`;
  return Array.from({ length: runs }, () =>
    Number(
      execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
        env: { ...process.env, AWS_REGION: "us-east-1", ...environment },
        encoding: "utf8",
      }),
    ),
  );
}

function emptyHandler(clients: readonly string[]): string {
  const source = `${clients.map((name, place) => `import * as c${place} from ${JSON.stringify(name)};`).join("\n")}
    const made = [${clients.map((_, place) => `Object.entries(c${place}).filter(([name]) => /^(DynamoDB|SQS|S3|SESv2|KMS|SecretsManager)Client$/.test(name)).map(([, Client]) => new Client({}))`).join(",")}];
    export const handler = async () => made.length;`;
  const outfile = join(work, "empty.mjs");
  writeFileSync(join(work, "empty-source.mjs"), source);
  buildSync({
    entryPoints: [join(work, "empty-source.mjs")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    nodePaths: [join(root, "node_modules")],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  return outfile;
}

interface Template {
  readonly Resources: Record<
    string,
    { Type: string; Metadata?: Record<string, string>; Properties?: { Code?: { S3Key?: string } } }
  >;
}

const out = join(work, "cdk.out");
execFileSync(process.execPath, [join(root, "cdk/app.ts")], {
  cwd: root,
  env: { ...process.env, CDK_OUTDIR: out },
  stdio: ["ignore", "ignore", "ignore"],
});
const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as {
  artifacts: Record<string, { type: string; properties?: { templateFile?: string } }>;
};
const templateFile = Object.values(manifest.artifacts).find(
  (artifact) => artifact.type === "aws:cloudformation:stack",
)?.properties?.templateFile;
const template = JSON.parse(readFileSync(join(out, templateFile ?? ""), "utf8")) as Template;

const seen = new Set<string>();
const rows: string[][] = [];
for (const resource of Object.values(template.Resources)) {
  const entry = resource.Metadata?.["postern:entry"];
  const asset = resource.Properties?.Code?.S3Key?.replace(".zip", "");
  if (resource.Type !== "AWS::Lambda::Function" || !entry || !asset || seen.has(entry)) continue;
  seen.add(entry);
  const bundle = join(out, `asset.${asset}`, "index.mjs");
  const clients = [
    ...new Set(
      [...readFileSync(bundle, "utf8").matchAll(/@aws-sdk\/client-[a-z0-9]+/g)].map(([name]) => name),
    ),
  ].filter((name) => /-(dynamodb|sqs|s3|sesv2|kms|secrets-manager)$/.test(name));
  const mine = importTimes(bundle);
  const empty = emptyHandler(clients);
  rows.push([
    entry.replace("functions/", "").replace("/handler.ts", ""),
    `${Math.round(statSync(bundle).size / 1024)}`,
    median(mine).toFixed(0),
    `${Math.min(...mine).toFixed(0)}–${Math.max(...mine).toFixed(0)}`,
    `${Math.round(statSync(empty).size / 1024)}`,
    median(importTimes(empty)).toFixed(0),
  ]);
}
printTable(
  ["function", "KiB minified", "import ms (median)", "min–max", "empty handler KiB", "empty import ms"],
  rows,
);
rmSync(work, { recursive: true });
