import { Resolver } from "node:dns/promises";

/** Resolvers say with these that a name, or its records of that type, do not exist. */
const absent = new Set(["ENOTFOUND", "ENODATA"]);
const timeoutMs = 2_000;
const tries = 2;

/**
 * What a look-up found. `absent`: there is no such record. `unknown`: nobody could say, and asking later may
 * help (no answer in time, a server that fails or refuses).
 */
export type Lookup<Value> =
  | { readonly outcome: "found"; readonly values: readonly Value[] }
  | { readonly outcome: "absent" }
  | { readonly outcome: "unknown"; readonly reason: string };

export interface MailServer {
  readonly priority: number;
  readonly exchange: string;
}

export type DnsClient = ReturnType<typeof dnsClient>;

/**
 * Asks DNS.
 *
 * @param options.server address and port of the name server; the machine's own unless given
 */
export function dnsClient(options: { server?: string | undefined } = {}) {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (options.server !== undefined) resolver.setServers([options.server]);
  return {
    /** The alias that stands at the name itself. */
    cname: (name: string): Promise<Lookup<string>> => lookup(() => resolver.resolveCname(name)),
    /** Texts, each put together from its strings; aliases are followed, here and in what follows. */
    txt: async (name: string): Promise<Lookup<string>> =>
      lookup(async () => (await resolver.resolveTxt(name)).map((strings) => strings.join(""))),
    mx: (name: string): Promise<Lookup<MailServer>> => lookup(() => resolver.resolveMx(name)),
    /** Addresses of version 4 and 6. */
    async addresses(name: string): Promise<Lookup<string>> {
      const [v4, v6] = await Promise.all([
        lookup(() => resolver.resolve4(name)),
        lookup(() => resolver.resolve6(name)),
      ]);
      return together(v4, v6);
    },
  };
}

async function lookup<Value>(ask: () => Promise<Value[]>): Promise<Lookup<Value>> {
  try {
    const values = await ask();
    return values.length > 0 ? { outcome: "found", values } : { outcome: "absent" };
  } catch (error) {
    const code = String(Object(error).code ?? error);
    return absent.has(code) ? { outcome: "absent" } : { outcome: "unknown", reason: code };
  }
}

function together<Value>(one: Lookup<Value>, other: Lookup<Value>): Lookup<Value> {
  if (one.outcome === "found" && other.outcome === "found") {
    return { outcome: "found", values: [...one.values, ...other.values] };
  }
  if (one.outcome === "found" || other.outcome === "found") return one.outcome === "found" ? one : other;
  return one.outcome === "unknown" ? one : other;
}
