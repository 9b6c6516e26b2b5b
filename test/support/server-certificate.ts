import { type Certificate, makeCertificate } from "../../local/engines/certificate.ts";

const ninetyDaysMs = 90 * 86_400_000;

/**
 * A certificate that is its own authority, as public ones are made for 90 days.
 *
 * @param endsAt epoch ms
 */
export function serverCertificate(hosts: readonly string[], endsAt: number): Certificate {
  return makeCertificate({ hosts, beginsAt: endsAt - ninetyDaysMs, endsAt });
}
