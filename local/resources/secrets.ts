import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import type { Secret } from "../engines/aws/secrets-manager.ts";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

/** What the operator would fill into the secret of an SMTP relay. */
export interface RelayCredentials {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

interface Generator {
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
  readonly PasswordLength?: number;
}

/**
 * The template's secrets with their values. What AWS would generate is generated once and kept; a secret
 * that has a place for a host is the SMTP relay's, for which the local mail sink stands.
 *
 * @param file keeps the generated values
 */
export async function secretsOf(
  deployment: Deployment,
  { file, relay }: { file: string; relay: RelayCredentials },
): Promise<Secret[]> {
  const kept = await readKept(file);
  const secrets = deployment.resources("AWS::SecretsManager::Secret").map((resource) => {
    const value = isRelay(resource) ? JSON.stringify(relay) : (kept[resource.arn] ?? newValue(resource));
    return { name: nameOf(resource), arn: resource.ref, value };
  });
  const generated = secrets.filter(({ value }) => value !== JSON.stringify(relay));
  await keep(file, Object.fromEntries(generated.map(({ arn, value }) => [arn, value])));
  return secrets;
}

function generatorOf({ properties }: DeployedResource): Generator | undefined {
  return properties["GenerateSecretString"] as Generator | undefined;
}

function templateOf(resource: DeployedResource): Record<string, unknown> {
  return JSON.parse(generatorOf(resource)?.SecretStringTemplate ?? "{}");
}

function isRelay(resource: DeployedResource): boolean {
  return "host" in templateOf(resource);
}

function newValue(resource: DeployedResource): string {
  const given = resource.properties["SecretString"];
  if (typeof given === "string") return given;
  const { GenerateStringKey: key, PasswordLength: length = 32 } = generatorOf(resource) ?? {};
  const password = randomBytes(length).toString("hex").slice(0, length);
  return key === undefined ? password : JSON.stringify({ ...templateOf(resource), [key]: password });
}

/** The ARN ends in the name and six random characters. */
function nameOf({ ref }: DeployedResource): string {
  return (ref.split(":").at(-1) ?? ref).replace(/-[^-]{6}$/, "");
}

async function readKept(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

async function keep(file: string, values: Record<string, string>): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(values), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
