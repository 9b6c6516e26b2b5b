import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { DnsClient } from "../platform/dns-client.ts";
import { isPublicAddress } from "../platform/public-address.ts";

const timeoutMs = 10_000;
/** From here on a server says that it cannot (RFC 9110 §15.6). */
const serverError = 500;

export type WebsiteClient = ReturnType<typeof websiteClient>;

/**
 * Looks whether a website answers. The address comes from a customer, and so the connection goes to a public
 * address only, to the very one that was looked at; redirects are an answer, and are not followed.
 */
export function websiteClient({
  dns,
  allowPrivate,
}: {
  dns: Pick<DnsClient, "addresses">;
  /** Private addresses and any port: for local use alone. */
  allowPrivate: boolean;
}) {
  return {
    async answers(text: string): Promise<boolean> {
      if (!isWebsiteUrl(text)) return false;
      const url = new URL(text);
      if (!allowPrivate && url.port !== "") return false;
      const address = await addressOf(dns, url.hostname);
      if (address === undefined || !(allowPrivate || isPublicAddress(address))) return false;
      return await get(url, address).then(
        (status) => status < serverError,
        () => false,
      );
    },
  };
}

/** Whether a text is a website's address at all. */
export function isWebsiteUrl(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, username, hostname } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && hostname.includes(".");
}

async function addressOf(dns: Pick<DnsClient, "addresses">, host: string): Promise<string | undefined> {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) return bare;
  const found = await dns.addresses(bare);
  return found.outcome === "found" ? found.values[0] : undefined;
}

function get(url: URL, address: string): Promise<number> {
  const ask = url.protocol === "https:" ? httpsRequest : httpRequest;
  const lookup: LookupFunction = (_host, { all }, callback) => {
    const family = isIP(address);
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
  return new Promise((resolve, reject) => {
    const request = ask(
      url,
      { agent: false, lookup, signal: AbortSignal.timeout(timeoutMs), headers: { "user-agent": "Postern" } },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? serverError);
      },
    );
    request.on("error", reject);
    request.end();
  });
}
