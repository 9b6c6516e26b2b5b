import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Template } from "./template.ts";

interface Manifest {
  readonly artifacts: Record<
    string,
    { readonly type: string; readonly properties?: { templateFile?: string } }
  >;
}

/**
 * Runs the CDK app as the CDK's command line does (in a process of its own, context by environment) and
 * reads the template of its one stack. Assets are not bundled: functions run from their sources.
 *
 * @param projectFolder where `cdk.json` is
 * @param outputFolder receives the cloud assembly
 */
export async function synthesize(projectFolder: string, outputFolder: string): Promise<Template> {
  await mkdir(outputFolder, { recursive: true });
  const settings = JSON.parse(await readFile(join(projectFolder, "cdk.json"), "utf8"));
  const context = {
    ...settings.context,
    "aws:cdk:bundling-stacks": [],
    // Validation belongs to `npm run synth` and its test; here it would add two seconds to each start.
    "@aws-cdk/core:validateAgainstDefaultRules": false,
    local: true,
  };
  await run(join(projectFolder, "cdk", "app.ts"), projectFolder, {
    CDK_OUTDIR: outputFolder,
    CDK_CONTEXT_JSON: JSON.stringify(context),
  });
  return readOnlyTemplate(outputFolder);
}

async function readOnlyTemplate(assembly: string): Promise<Template> {
  const manifest: Manifest = JSON.parse(await readFile(join(assembly, "manifest.json"), "utf8"));
  const files = Object.values(manifest.artifacts)
    .filter((artifact) => artifact.type === "aws:cloudformation:stack")
    .map((artifact) => artifact.properties?.templateFile ?? "");
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new Error(`the CDK app must have one stack to run locally, found ${files.length}`);
  }
  return JSON.parse(await readFile(join(assembly, file), "utf8"));
}

function run(script: string, cwd: string, environment: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`synthesizing the CDK app failed:\n${Buffer.concat(output).toString()}`));
    });
  });
}
