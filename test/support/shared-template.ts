import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../local/template/synthesize.ts";

const projectFolder = join(import.meta.dirname, "../..");

/** One synthesis for a whole run of tests: each local cloud is told by its environment which template to run. */
export default async function shareTemplate(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "postern-template-"));
  const file = join(folder, "template.json");
  await writeFile(file, JSON.stringify(await synthesize(projectFolder, join(folder, "cdk.out"))));
  process.env["POSTERN_TEMPLATE"] = file;
  return () => rm(folder, { recursive: true });
}
