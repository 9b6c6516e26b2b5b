import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Template } from "./template/template.ts";

export interface CloudOptions {
  /** The folder with `cdk.json`, to which the template's entries are relative. */
  readonly projectFolder: string;
  readonly stateFolder: string;
  readonly fresh: boolean;
  /** The address that the ports listen at. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly ports: Readonly<
    Record<"api" | "send" | "bulk" | "track" | "mailbox" | "smtp" | "smtpBulk" | "smtps" | "dns", number>
  >;
  /** Epoch ms at which the clock of a fresh state starts; otherwise now. */
  readonly startAt?: number;
  /** Run instead of what the CDK app synthesizes. */
  readonly template?: Template;
  /** Load functions before they are needed. */
  readonly warm: boolean;
  /** Takes a line for the terminal. */
  print(line: string): void;
}

const port = z.coerce.number().int().min(0).max(65_535);

const environmentSchema = z.object({
  HOST: z.string().default("127.0.0.1"),
  API_PORT: port.default(3000),
  SEND_PORT: port.default(3001),
  BULK_PORT: port.default(3002),
  TRACK_PORT: port.default(3003),
  MAILBOX_PORT: port.default(1080),
  SMTP_PORT: port.default(2525),
  SMTP_BULK_PORT: port.default(2526),
  SMTPS_PORT: port.default(2465),
  DNS_PORT: port.default(0),
  POSTERN_STATE: z.string().optional(),
  POSTERN_START_AT: z.iso.datetime({ offset: true }).optional(),
  POSTERN_TEMPLATE: z.string().optional(),
  POSTERN_WARM: z.stringbool().default(true),
});

/** The options of `npm start`: `--fresh`, and the environment. */
export async function optionsFrom(
  environment: NodeJS.ProcessEnv,
  parameters: readonly string[],
): Promise<CloudOptions> {
  const unknown = parameters.filter((parameter) => parameter !== "--fresh");
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(" ")}; npm start takes -- --fresh only`);
  const result = environmentSchema.safeParse(environment);
  if (!result.success) throw new Error(`the environment is wrong:\n${z.prettifyError(result.error)}`);
  const given = result.data;
  const projectFolder = join(import.meta.dirname, "..");
  return {
    projectFolder,
    stateFolder: given.POSTERN_STATE ?? join(projectFolder, ".postern"),
    fresh: parameters.includes("--fresh"),
    host: given.HOST,
    ports: {
      api: given.API_PORT,
      send: given.SEND_PORT,
      bulk: given.BULK_PORT,
      track: given.TRACK_PORT,
      mailbox: given.MAILBOX_PORT,
      smtp: given.SMTP_PORT,
      smtpBulk: given.SMTP_BULK_PORT,
      smtps: given.SMTPS_PORT,
      dns: given.DNS_PORT,
    },
    ...(given.POSTERN_START_AT && { startAt: Date.parse(given.POSTERN_START_AT) }),
    ...(given.POSTERN_TEMPLATE && { template: JSON.parse(await readFile(given.POSTERN_TEMPLATE, "utf8")) }),
    warm: given.POSTERN_WARM,
    print: (line) => console.log(line),
  };
}
