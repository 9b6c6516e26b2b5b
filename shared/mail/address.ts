import { domainToASCII } from "node:url";
import isEmail from "validator/lib/isEmail.js";

/** RFC 5321 §4.5.3.1.3 allows a path of 256 octets, of which two are the angle brackets. */
const longestAddress = 254;

/** An address in the form in which it travels: the domain in lower-case A-labels (RFC 5890). */
export interface Address {
  readonly email: string;
  readonly domain: string;
}

/** Why a text is no address that mail can be sent to. */
export type AddressFault = "invalid" | "non-ascii-local-part";

/**
 * Reads an address: `dot-atom "@" domain` of RFC 5322 §3.4.1 within the lengths of RFC 5321 §4.5.3.1,
 * with a dotted domain name that may be written in Unicode.
 *
 * What the grammar allows besides is refused: comments and folding, quoted local parts and address
 * literals, which mail systems read differently from one another and which are a known way to smuggle
 * a second address in. A local part outside ASCII needs SMTPUTF8 (RFC 6531) at every hop, which
 * the routes do not offer.
 */
export function readAddress(text: string): Address | AddressFault {
  const at = text.lastIndexOf("@");
  if (at < 1 || text.length > longestAddress || text.startsWith('"')) return "invalid";
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === undefined) return "invalid";
  const localPart = text.slice(0, at);
  if (isPrintableBeyondAscii(localPart)) return "non-ascii-local-part";
  const email = `${localPart}@${domain}`;
  return isEmail.default(email, { allow_utf8_local_part: false }) ? { email, domain } : "invalid";
}

/**
 * A domain name in lower-case A-labels; undefined where it has none.
 *
 * The converter takes its input for a URL's host: it decodes percent signs and drops what follows a
 * slash. Nothing but letters, digits, hyphens, dots and what lies beyond ASCII gets that far.
 */
export function asciiDomain(name: string): string | undefined {
  if (/[^a-z0-9.\-\u0080-\u{10ffff}]/iu.test(name)) return undefined;
  return domainToASCII(name) || undefined;
}

function isPrintableBeyondAscii(localPart: string): boolean {
  return /[^\p{ASCII}]/u.test(localPart) && !/[\s\p{C}"(),:;<>@[\\\]]/u.test(localPart);
}
