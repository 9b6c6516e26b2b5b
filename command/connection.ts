import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { UsageMistake } from "./failures.ts";

/** Where the installation is, as the command line says. */
export interface Whereabouts {
  readonly function?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly local?: string | boolean | undefined;
}

export interface Connection {
  readonly functionName: string;
  /** Of the local cloud; AWS's own unless given. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

const usualFolder = ".postern";
const localFunction = "Operator";

const localSchema = z.object({ operator: z.object({ endpoint: z.url(), functionName: z.string() }) });

/**
 * The operator's function: of an installation in AWS where its name is given, otherwise of the local cloud that
 * keeps its state in this folder. Which one is never guessed where both could be meant.
 *
 * @throws UsageMistake where nothing says which
 */
export async function connectionFor(
  where: Whereabouts,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  const { region, profile, endpoint } = where;
  const functionName = where.function ?? (where.local ? undefined : env["POSTERN_FUNCTION"]);
  if (where.local && where.function !== undefined)
    throw new UsageMistake("--local and --function exclude each other");
  if (endpoint !== undefined)
    return { functionName: functionName ?? localFunction, endpoint, region, profile };
  if (functionName !== undefined) return { functionName, endpoint, region, profile };
  const folder = typeof where.local === "string" ? where.local : (env["POSTERN_STATE"] ?? usualFolder);
  const local = await readLocal(join(folder, "local.json"));
  if (local !== undefined) return { ...local, region, profile };
  throw new UsageMistake(
    `no installation: give --function (the stack's output OperatorFunction) or POSTERN_FUNCTION, or start the local cloud (no ${folder}/local.json here)`,
  );
}

async function readLocal(file: string): Promise<Pick<Connection, "endpoint" | "functionName"> | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = localSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data.operator;
  throw new UsageMistake(`${file} is of an earlier version: start the local cloud again`);
}
