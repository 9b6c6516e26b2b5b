import { lookup as askResolver, type LookupAddress } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { promisify } from "node:util";
import { dnsClient } from "../platform/dns-client.ts";
import { isPublicAddress } from "../platform/public-address.ts";
import { unlessAborted } from "../platform/unless-aborted.ts";
import { callTimeoutMs, successStatus } from "./retry-rules.ts";
import { basicAuthOf, endpointUrl, hostOf, type UrlPolicy } from "./url-rules.ts";

/** All addresses of a host; a host that is an address itself has that one. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export interface EndpointCall {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Ms for all of it; 30 s unless given. */
  readonly timeoutMs?: number;
}

/** What an endpoint answered, or why it did not; `reason` names neither URL nor content. */
export type CallOutcome =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly status?: number; readonly reason: string };

export type EndpointClient = ReturnType<typeof endpointClient>;

/** The endpoint is not to be called: it stands, or may stand, in a network of our own. */
class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
}

const userAgent = "Postern-Webhooks";
/** Who creates a webhook waits for the look-up; one that takes longer is made at the first call. */
const checkTimeoutMs = 3_000;
/** Of an answer nothing counts but its status; so much is read, for so long, that the server can finish. */
const readBytes = 16 * 1024;
const readMs = 1_000;

/** As this machine's programs do, by names of its own too. */
const resolveLocally: Resolve = async (host) => await promisify(askResolver)(host, { all: true });

/**
 * Asks the DNS alone. The operating system's look-up would hold one of a process's few threads for as long as a
 * name server is silent: one customer's could hold them all, and keep the others' calls waiting.
 */
function resolverByDns(): Resolve {
  const dns = dnsClient();
  return async (host) => {
    if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
    // RFC 6761 §6.3: whatever the DNS may say of it.
    if (/(?:^|\.)localhost\.?$/.test(host)) return [{ address: "127.0.0.1", family: 4 }];
    const found = await dns.addresses(host);
    if (found.outcome === "found") {
      return found.values.map((address) => ({ address, family: isIP(address) }));
    }
    const code = found.outcome === "absent" ? "ENOTFOUND" : found.reason;
    throw Object.assign(new Error("the host was not found"), { code });
  };
}

/**
 * Calls customers' endpoints, and nothing else: the host is resolved, every address of it must be public, and
 * the connection goes to one of these very addresses, so that a name cannot mean something else a moment
 * later (DNS rebinding). Redirects are not followed: where one leads, nobody has checked.
 */
export function endpointClient({
  allowPrivate,
  resolve = allowPrivate ? resolveLocally : resolverByDns(),
}: UrlPolicy & { readonly resolve?: Resolve }) {
  /** @throws ForbiddenAddress */
  async function addressesOf(url: URL): Promise<readonly LookupAddress[]> {
    const addresses = await resolve(hostOf(url));
    if (addresses.length === 0) throw new Error("the host has no address");
    if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
      throw new ForbiddenAddress();
    }
    return addresses;
  }

  return {
    /** Whether calls may go to a URL. A host that is not in the DNS (yet) may be; each call looks again. */
    async isAllowed(text: string): Promise<boolean> {
      const url = endpointUrl(text, { allowPrivate });
      if (url === undefined) return false;
      const signal = AbortSignal.timeout(checkTimeoutMs);
      return await unlessAborted(addressesOf(url), signal).then(
        () => true,
        (error: unknown) => !(error instanceof ForbiddenAddress),
      );
    },

    /** Posts once. It never throws: whatever goes wrong is the endpoint's outcome. */
    async post({ url: text, body, headers, timeoutMs = callTimeoutMs }: EndpointCall): Promise<CallOutcome> {
      const url = endpointUrl(text, { allowPrivate });
      if (url === undefined) return { ok: false, reason: "the URL is not allowed" };
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const addresses = await unlessAborted(addressesOf(url), signal);
        const status = await unlessAborted(statusOf({ url, addresses, body, headers, signal }), signal);
        if (status === successStatus) return { ok: true, status };
        return { ok: false, status, reason: `it answered ${status}` };
      } catch (error) {
        return { ok: false, reason: signal.aborted ? "it took too long" : reasonOf(error) };
      }
    },
  };
}

interface Posting {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

function statusOf({ url, addresses, body, headers, signal }: Posting): Promise<number> {
  const authorization = basicAuthOf(url);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      {
        host: hostOf(url),
        port: url.port,
        path: url.pathname + url.search,
        method: "POST",
        headers: {
          host: url.host,
          "user-agent": userAgent,
          ...headers,
          "content-length": Buffer.byteLength(body),
          ...(authorization !== undefined && { authorization }),
        },
        // A connection of its own, to an address that was checked for this very call.
        agent: false,
        lookup: always(addresses),
        signal,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        // Who has answered may hang up on the rest of what it was sent.
        request.off("error", reject).on("error", () => resolve(status));
        void answered(response).then(() => resolve(status));
      },
    );
    // Another protocol than HTTP, which nobody asked for (RFC 9110 §7.8); without this, nothing would come of it.
    request.on("upgrade", ({ statusCode }, socket) => {
      socket.destroy();
      resolve(statusCode ?? 0);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Answers every look-up with what was checked. */
function always(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const first = addresses[0];
    if (all === true || first === undefined) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** Reads a little of an answer, for a server that would take a connection closed early for an error. */
async function answered(response: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, readMs);
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > readBytes) resolve();
  });
  response.once("close", resolve);
  response.on("error", () => resolve());
  await promise;
  clearTimeout(timer);
  response.destroy();
}

/** Codes say what happened (`ECONNREFUSED`, `ENOTFOUND`); texts could quote the URL. */
function reasonOf(error: unknown): string {
  if (error instanceof ForbiddenAddress) return "its address is not allowed";
  const code = Object(error).code;
  return typeof code === "string" ? code : "it could not be called";
}
