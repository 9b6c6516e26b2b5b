import { rename, writeFile } from "node:fs/promises";
import type { Doors } from "./doors.ts";
import type { GatewayPlace } from "./gateway.ts";
import { operatorFunction, type Seed } from "./seed.ts";

/** What a client of the local cloud needs to know: `.postern/local.json`. */
export interface LocalJson extends Seed {
  /** Where the SMTP door is; the password is the token. */
  readonly smtp: {
    readonly host: string;
    readonly port: number;
    readonly bulkPort: number;
    readonly tlsPort: number;
    readonly user: "api";
  };
  /** The operator's function, for the program `postern`: the address is that of the local Lambda. */
  readonly operator: { readonly endpoint: string; readonly functionName: string };
  readonly urls: Readonly<Record<"api" | "send" | "bulk" | "track" | "mailbox", string>>;
}

export function describeLocally(
  seed: Seed,
  {
    doors,
    gateway,
    mailboxUrl,
    lambdaUrl,
  }: { doors: Doors; gateway: GatewayPlace; mailboxUrl: string; lambdaUrl: string },
): LocalJson {
  return {
    accountId: seed.accountId,
    token: seed.token,
    domain: seed.domain,
    domainId: seed.domainId,
    smtp: { host: gateway.host === "0.0.0.0" ? "localhost" : gateway.host, ...gateway.smtp, user: "api" },
    operator: { endpoint: lambdaUrl, functionName: operatorFunction },
    urls: {
      api: doors.api.url,
      send: doors.send.url,
      bulk: doors.bulk.url,
      track: doors.track.url,
      mailbox: mailboxUrl,
    },
  };
}

/** Written beside and renamed: who waits for the file never reads half of it. */
export async function writeLocalJson(file: string, description: LocalJson): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
