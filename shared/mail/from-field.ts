import { type Address, type AddressFault, readAddress } from "./address.ts";

/** Longer ones are no names; no pattern need see more. */
const longestValue = 2_000;

/**
 * Reads a From field that names one mailbox: `name <address>`, `<address>` or `address`, where the name may be
 * quoted and simple comments may stand between (RFC 5322 §3.4).
 *
 * It is stricter than the programs that show mail: a list, a group, a name with `@`, `,` or `<` outside quotes
 * are refused, because these are what different programs read as different senders.
 *
 * @param value the field's value, unfolded
 */
export function readFromField(value: string): Address | AddressFault {
  if (value.length > longestValue || value.includes("\0")) return "invalid";
  const plain = value.replace(/"(?:[^"\\]|\\[\s\S])*"|\([^()"\\]*\)/g, (found) =>
    // What was quoted leaves a mark that no address may hold; a comment is white space.
    found.startsWith('"') ? "\0" : " ",
  );
  const named = /^[^<>()@,;:\\"[\]]*<([^<>]*)>\s*$/.exec(plain);
  const address = named ? (named[1] ?? "") : plain.trim();
  return /[\s\0"]/.test(address) ? "invalid" : readAddress(address);
}
