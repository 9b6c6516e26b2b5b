import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A map that is kept in a JSON file; without a directory only in memory. */
export interface StateFile<Value> {
  values: Map<string, Value>;
  /** Resolves once everything set so far is on disk. */
  save(): Promise<void>;
}

export function stateFile<Value>(dir: string | undefined, name: string): StateFile<Value> {
  if (dir === undefined) return { values: new Map(), save: async () => undefined };
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, Value>) : {};
  const values = new Map(Object.entries(kept));
  let saving = Promise.resolve();
  return {
    values,
    save: () => {
      // One after the other, so that an older state never overwrites a newer one.
      saving = saving.catch(() => undefined).then(() => replaceFile(path, Object.fromEntries(values)));
      return saving;
    },
  };
}

// Keys live in these files: for the owner only. Renaming is atomic, so that a crash leaves no half a file.
async function replaceFile(path: string, content: object): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
