import type { DomainRecord } from "./domain-records.ts";

/** An email for whoever looks after a domain's DNS: the records to set. */
export function setupInstructions(
  name: string,
  records: readonly DomainRecord[],
): { subject: string; text: string } {
  const table = records.map(({ type, domain, value }) => `Type:  ${type}\nName:  ${domain}\nValue: ${value}`);
  return {
    subject: `DNS records for ${name}`,
    text: [
      `To send email from ${name}, please set these DNS records:`,
      ...table,
      "Some DNS providers want the name without the domain at its end. Keep the provider's usual TTL, and leave proxies in front of these names off.",
      "The records are checked every hour, and at once on demand.",
    ].join("\n\n"),
  };
}
