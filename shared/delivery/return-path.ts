/**
 * The envelope sender of mail over the SMTP route: under the sending domain itself, so that SPF, where
 * the domain's record names the relay, aligns with From for DMARC (RFC 7489 §3.1.2). DKIM aligns anyway.
 * It is the same for all of a domain's mail: which message a bounce is about, the bounce says itself.
 * Over SES the return path is the identity's custom MAIL FROM domain.
 */
export function returnPathOf(domainName: string): string {
  return `bounces@${domainName}`;
}
