/** Where calls may go besides public addresses on the usual ports. */
export interface UrlPolicy {
  /** Private addresses and any port: for local use alone. */
  readonly allowPrivate: boolean;
}

/** Longer addresses than this some servers refuse. */
const longestUrl = 2_000;
const usualPorts = new Set(["", "80", "443"]);

/** The URL if events may be sent there, as far as its text tells; where it leads is asked of the DNS. */
export function endpointUrl(text: string, { allowPrivate }: UrlPolicy): URL | undefined {
  if (text.length > longestUrl || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  if (!allowPrivate && !usualPorts.has(url.port)) return undefined;
  return hasReadableCredentials(url) ? url : undefined;
}

/** The host without the brackets that a URL puts around an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** What a URL's user name and password make of the field `Authorization` (RFC 7617 §2). */
export function basicAuthOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

function hasReadableCredentials(url: URL): boolean {
  try {
    basicAuthOf(url);
    return true;
  } catch {
    return false;
  }
}
