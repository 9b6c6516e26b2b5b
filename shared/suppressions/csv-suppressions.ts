import { stringify } from "csv-stringify/sync";
import type { Suppression } from "./suppression.ts";
import { suppressionFields } from "./suppression-fields.ts";

// The address first: what reads one column alone reads that.
const columns = [
  "email",
  "type",
  "sending_stream",
  "domain_name",
  "created_at",
  "id",
  "message_bounce_category",
  "message_category",
  "message_client_ip",
  "message_created_at",
  "message_esp_response",
  "message_esp_server_type",
  "message_outgoing_ip",
  "message_recipient_mx_name",
  "message_sender_email",
  "message_subject",
] as const satisfies (keyof ReturnType<typeof suppressionFields>)[];

/**
 * Rows as CSV (RFC 4180), which a spreadsheet shows and does not run: a cell that would be a formula begins with
 * an apostrophe (OWASP, "CSV Injection"), and an import takes that away again.
 */
export function csvOf(rows: readonly Suppression[], { heading }: { heading: boolean }): string {
  return stringify(rows.map(suppressionFields), {
    columns: [...columns],
    header: heading,
    escape_formulas: true,
    record_delimiter: "windows",
  });
}
