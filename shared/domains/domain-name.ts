import { domainToASCII } from "node:url";
import { parse } from "tldts";
import { PosternError } from "../platform/errors.ts";
import { isPublicMailboxDomain } from "./public-mailbox-domains.ts";

const longestName = 253;
/** Letters, digits, inner hyphens; at most 63 (RFC 1035 §2.3.1, RFC 1123 §2.1). */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The name under which a sending domain is kept, from what somebody typed: lower-case A-labels.
 *
 * @throws PosternError `validation_failed` for what cannot be a sending domain: no registrable domain nor a
 * subdomain of one, an address, a name that begins with `www.`, a public mailbox provider's domain
 */
export function sendingDomainName(typed: string): string {
  const name = asHostName(typed.trim());
  const mistake = mistakeIn(name);
  if (mistake) {
    throw new PosternError("validation_failed", {
      messages: [`Domain name ${mistake}`],
      fields: { domain_name: [mistake] },
    });
  }
  return name;
}

/**
 * Whether a name is the operator's: his mail host, what lies below it, and what it lies below. Amazon SES knows one
 * identity of each name; a customer's would take the place of the one that demo domains and notices are sent with.
 */
export function isOperators(name: string, mailHost: string): boolean {
  return name === mailHost || name.endsWith(`.${mailHost}`) || mailHost.endsWith(`.${name}`);
}

/** Empty for what is no host name at all; a path or port would be dropped in silence otherwise. */
function asHostName(typed: string): string {
  // No real name is longer than this in any notation; no parser need see more.
  if (typed.length > longestName * 4 || /[/\\?#@:]/.test(typed)) return "";
  return domainToASCII(typed).toLowerCase();
}

function mistakeIn(name: string): string | undefined {
  const { domain, isIp } = parse(name);
  const isHostName = name.length <= longestName && name.split(".").every((part) => label.test(part));
  if (isIp || domain === null || !isHostName) return "is not a valid domain name";
  if (name.startsWith("www.")) return "must be given without www.";
  if (isPublicMailboxDomain(domain)) return "belongs to a public mailbox provider";
  return undefined;
}
