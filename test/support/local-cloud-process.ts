import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalJson } from "../../local/local-json.ts";
import { synthesize } from "../../local/template/synthesize.ts";
import type { TemplatePatch } from "../../local/template/template.ts";

const projectFolder = join(import.meta.dirname, "../..");
const anyPorts = {
  API_PORT: "0",
  SEND_PORT: "0",
  BULK_PORT: "0",
  TRACK_PORT: "0",
  MAILBOX_PORT: "0",
  SMTP_PORT: "0",
  SMTP_BULK_PORT: "0",
  SMTPS_PORT: "0",
};
/** Most tests need few of the functions, and none minds to wait for its first. */
const cold = { POSTERN_WARM: "false" };

export interface ProcessOptions {
  readonly templatePatch?: TemplatePatch;
  /** ISO time at which the clock starts; otherwise now. */
  readonly startAt?: string;
  /** Further environment of the process, such as `HOST`. */
  readonly env?: Readonly<Record<string, string>>;
  /** A state folder of an earlier start, to go on with; it is not removed at the end. */
  readonly stateFolder?: string;
}

export interface LocalCloudProcess {
  readonly stateFolder: string;
  readonly description: LocalJson;
  /** What the process has printed so far. */
  output(): string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends it without any chance to tidy up, as a power cut does. */
  kill(): Promise<void>;
}

/** Starts the local cloud as `npm start` does: a process of its own, on free ports. */
export async function startLocalCloudProcess(options: ProcessOptions): Promise<LocalCloudProcess> {
  const stateFolder = options.stateFolder ?? (await mkdtemp(join(tmpdir(), "postern-test-")));
  const child = spawn(process.execPath, [join(projectFolder, "local/main.ts")], {
    cwd: projectFolder,
    env: {
      ...process.env,
      ...anyPorts,
      ...cold,
      POSTERN_STATE: stateFolder,
      ...(options.startAt !== undefined && { POSTERN_START_AT: options.startAt }),
      ...(options.templatePatch && {
        POSTERN_TEMPLATE: await patchedTemplate(stateFolder, options.templatePatch),
      }),
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = outputOf(child);
  await ready(child, output);
  const removeState = async () => {
    if (options.stateFolder === undefined)
      await rm(stateFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    stateFolder,
    output,
    description: JSON.parse(await readFile(join(stateFolder, "local.json"), "utf8")),
    stop: async () => {
      await end(child, "SIGTERM");
      await removeState();
    },
    kill: async () => {
      await end(child, "SIGKILL");
    },
  };
}

async function patchedTemplate(stateFolder: string, patch: TemplatePatch): Promise<string> {
  const { POSTERN_TEMPLATE: synthesized } = process.env;
  const template = patch(
    synthesized === undefined
      ? await synthesize(projectFolder, join(stateFolder, "cdk.out"))
      : JSON.parse(await readFile(synthesized, "utf8")),
  );
  const file = join(stateFolder, "template.json");
  await writeFile(file, JSON.stringify(template));
  return file;
}

function outputOf(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

async function ready(child: ChildProcess, output: () => string): Promise<void> {
  const given = new AbortController();
  const exit = once(child, "exit", given).then(() => {
    throw new Error(`the local cloud did not start:\n${output()}`);
  });
  exit.catch(() => undefined);
  await Promise.race([once(child, "message", given), exit]);
  given.abort();
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
