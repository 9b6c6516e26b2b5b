import { readAddress } from "../mail/address.ts";

/** What stands in a record of a list of addresses. */
export type AddressCell = { readonly email: string } | { readonly reason: string };

const headings = ["email", "e-mail", "email address", "e-mail address", "emails"];
// What this service, like others, puts before a cell that a spreadsheet would run as a formula.
const guarded = /^'(?=[=+\-@\t\r])/;
/** A longer text is no address, and nobody wants to read it in an error. */
const longestCell = 1_000;

/** In which column the addresses are, if the first record of a file is a heading that says so. */
export function headingColumn(cells: readonly string[]): number | undefined {
  const column = cells.findIndex((cell) => headings.includes(cell.trim().toLowerCase()));
  return column < 0 ? undefined : column;
}

/** The address in a record. */
export function addressIn(cells: readonly string[], column: number): AddressCell {
  const text = (cells[column] ?? "").trim().replace(guarded, "");
  if (text === "") return { reason: "has no address" };
  if (text.length > longestCell) return { reason: "is not an email address" };
  const address = readAddress(text);
  if (address === "invalid") return { reason: "is not an email address" };
  if (address === "non-ascii-local-part") return { reason: "has characters outside ASCII before the @" };
  return { email: address.email };
}
