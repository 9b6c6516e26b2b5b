import { readFile, rename, writeFile } from "node:fs/promises";
import * as z from "zod";
import type { InvocationResult } from "./runtime/function-host.ts";

/** Logical id of the function that does what the operator asks for. */
export const operatorFunction = "Operator";
const planName = "enterprise-1.5m";

/** The account with which everybody begins. */
export interface Seed {
  readonly accountId: number;
  readonly domain: string;
  readonly domainId: number;
  readonly token: string;
}

type Invoke = (functionId: string, event: string) => Promise<InvocationResult>;

const progressSchema = z.object({
  accountId: z.number().optional(),
  domainId: z.number().optional(),
  token: z.string().optional(),
});
type Progress = z.infer<typeof progressSchema>;

/**
 * Makes the first account, with a paid plan, a domain and a token, by the operator's own commands. What is
 * done is noted after each step, so that a start that broke off goes on where it was.
 */
export async function seedOnce(file: string, domain: string, invoke: Invoke): Promise<Seed> {
  const progress = await readProgress(file);
  const note = async <Step extends Progress>(step: Step): Promise<Step> => {
    Object.assign(progress, step);
    await save(file, progress);
    return step;
  };
  const { accountId = (await note(await createAccount(invoke, domain))).accountId } = progress;
  const { domainId = (await note(await addDomain(invoke, accountId, domain))).domainId } = progress;
  const { token = (await note(await createToken(invoke, accountId))).token } = progress;
  return { accountId, domain, domainId, token };
}

async function createAccount(invoke: Invoke, domain: string) {
  const command = { action: "createAccount", name: "Local", ownerEmail: `owner@${domain}`, planName };
  return z.object({ accountId: z.number() }).parse(await operate(invoke, command));
}

async function addDomain(invoke: Invoke, accountId: number, domainName: string) {
  const command = { action: "addDomain", accountId, domainName, complianceStatus: "compliant" };
  return z.object({ domainId: z.number() }).parse(await operate(invoke, command));
}

async function createToken(invoke: Invoke, accountId: number) {
  const command = { action: "createToken", accountId, name: "Local", accessLevel: 100 };
  return z.object({ token: z.string() }).parse(await operate(invoke, command));
}

async function operate(invoke: Invoke, command: object): Promise<unknown> {
  const result = await invoke(operatorFunction, JSON.stringify(command));
  if (result.outcome === "answered") return JSON.parse(result.payload);
  const reason = result.outcome === "failed" ? result.error.errorMessage : result.outcome;
  throw new Error(`the operator's command ${JSON.stringify(command)} failed: ${reason}`);
}

async function readProgress(file: string): Promise<Progress> {
  try {
    return progressSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

async function save(file: string, progress: object): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(progress), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
