import * as z from "zod";

export const complianceStatusSchema = z.enum([
  "unverified_dns",
  "missing_company_info",
  "under_review",
  "awaiting_questionnaire",
  "awaiting_card_verification",
  "compliant",
  "non_compliant",
  "suspended",
  "demo",
  "demo_exhausted",
]);

export const dkimKeySchema = z.object({
  selector: z.string(),
  /** Base64 of the DER SubjectPublicKeyInfo: the `p=` of the DNS record (RFC 6376 §3.6.1). */
  publicKey: z.string(),
  /** Base64 of what KMS made of the DER PKCS#8 private key. */
  encryptedPrivateKey: z.string(),
});

export const sendingDomainSchema = z.object({
  id: z.number().int(),
  accountId: z.number().int(),
  /** Lower-case A-labels (RFC 5890 §2.3.2.1). */
  name: z.string(),
  complianceStatus: complianceStatusSchema,
  dkimKeys: z.array(dkimKeySchema),
  /** The label under the domain whose DNS record verifies it and which is its return path. */
  returnPathLabel: z.string(),
  /** Adds the unsubscribe footer to transactional email too. */
  unsubscribeLink: z.boolean(),
});

export type ComplianceStatus = z.infer<typeof complianceStatusSchema>;
export type DkimKey = z.infer<typeof dkimKeySchema>;
export type SendingDomain = z.infer<typeof sendingDomainSchema>;

/** The two DKIM selectors of a domain: one signs, the other is there to rotate to. */
export const dkimSelectors = ["rwmt1", "rwmt2"] as const;
