import { type AuditNote, auditNote } from "../accounts/audit.ts";
import type { ComplianceStatus, DkimKey, SendingDomain } from "./sending-domain.ts";

type Named = Pick<SendingDomain, "id" | "name">;
type Reviewed = Pick<SendingDomain, "complianceStatus" | "reviewReasons">;

/** What the log has of a status that follows from a look at a domain; undefined where it stays. */
export function noteOfStatus(domain: Named & Reviewed, after: Reviewed): AuditNote | undefined {
  if (domain.complianceStatus === after.complianceStatus) return undefined;
  const verb = verbOf(domain.complianceStatus, after.complianceStatus);
  return noted(domain, verb, { before: shown(domain), after: shown(after) });
}

function verbOf(before: ComplianceStatus, after: ComplianceStatus): string {
  if (after === "unverified_dns") return "verification_lost";
  if (before === "unverified_dns") return "verified";
  return after === "under_review" ? "review_begun" : "reviewed";
}

/** What the log has of a rotation's step: another key signs, or the one that does not is a new one. */
export function noteOfRotation(
  domain: Named & { readonly dkimKeys: readonly DkimKey[] },
  step: "switch" | "renew",
  dkimKeys: readonly DkimKey[],
): AuditNote {
  const verb = step === "switch" ? "dkim_key_switched" : "dkim_key_renewed";
  const shownKeys = step === "switch" ? signingKey : otherKey;
  return noted(domain, verb, { before: shownKeys(domain.dkimKeys), after: shownKeys(dkimKeys) });
}

function signingKey([signing]: readonly DkimKey[]): Record<string, unknown> {
  return { dkim_selector: signing?.selector };
}

/** The public part of a key is for everybody to read; its field must not be taken for a secret's. */
function otherKey([, other]: readonly DkimKey[]): Record<string, unknown> {
  return other === undefined ? {} : { [`${other.selector}_public`]: other.publicKey };
}

function noted(
  { id, name }: Named,
  verb: string,
  change: { readonly before: Record<string, unknown>; readonly after: Record<string, unknown> },
): AuditNote {
  return auditNote({ type: "sending_domain", verb, id, name, ...change });
}

function shown({ complianceStatus, reviewReasons }: Reviewed): Record<string, unknown> {
  return { compliance_status: complianceStatus, compliance_reasons: reviewReasons };
}
