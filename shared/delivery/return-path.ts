import type { SendingDomain } from "../domains/sending-domain.ts";

/**
 * The envelope sender of mail over the SMTP route: on the domain's return-path host, whose DNS record leads to
 * the operator's SPF record, under the domain itself, so that SPF aligns with From for DMARC (RFC 7489 §3.1.2).
 * Over SES the same host is the identity's custom MAIL FROM domain. The address is the same for all of a
 * domain's mail: which message a bounce is about, the bounce says itself.
 */
export function returnPathOf({ name, returnPathLabel, demo }: SendingDomain): string {
  return demo ? `bounces@${name}` : `bounces@${returnPathLabel}.${name}`;
}
