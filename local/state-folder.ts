import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Where the local cloud keeps what survives a restart. */
export interface StateFolder {
  readonly path: string;
  readonly data: string;
  readonly logs: string;
  readonly assembly: string;
  readonly clock: string;
  readonly secrets: string;
  readonly seed: string;
  /** The certificate of the SMTP door and its key, PEM. */
  readonly certificate: string;
  /** What clients need: token, domain, URLs. */
  readonly localJson: string;
}

/** @param fresh forgets everything first */
export async function openStateFolder(path: string, { fresh }: { fresh: boolean }): Promise<StateFolder> {
  if (fresh) await rm(path, { recursive: true, force: true });
  const folder = {
    path,
    data: join(path, "data"),
    logs: join(path, "logs"),
    assembly: join(path, "cdk.out"),
    clock: join(path, "clock.json"),
    secrets: join(path, "secrets.json"),
    seed: join(path, "seed.json"),
    certificate: join(path, "certificate.pem"),
    localJson: join(path, "local.json"),
  };
  await mkdir(folder.data, { recursive: true });
  return folder;
}
