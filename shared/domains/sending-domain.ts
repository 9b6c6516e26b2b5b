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

/** What a customer chooses for a domain. */
export const domainSettingsSchema = z.object({
  openTracking: z.boolean(),
  clickTracking: z.boolean(),
  /** Adds a link by which a recipient ends the tracking, without ending the mail. */
  trackingOptOut: z.boolean(),
  /** Adds the unsubscribe footer to transactional email too. */
  unsubscribeLink: z.boolean(),
  /** Tracking links name the domain's own host `mt-link`, once its DNS record is seen. */
  customTracking: z.boolean(),
});

export type DomainSettings = z.infer<typeof domainSettingsSchema>;

export const settingsOfNewDomains: DomainSettings = {
  openTracking: true,
  clickTracking: false,
  trackingOptOut: false,
  unsubscribeLink: false,
  customTracking: false,
};

export const sendingDomainSchema = z.object({
  id: z.number().int(),
  accountId: z.number().int(),
  /** Lower-case A-labels (RFC 5890 §2.3.2.1). */
  name: z.string(),
  complianceStatus: complianceStatusSchema,
  dkimKeys: z.array(dkimKeySchema),
  /** The label under the domain whose DNS record verifies it and which is its return path. */
  returnPathLabel: z.string(),
  // A row that is older than a setting has it as new domains do.
  openTracking: z.boolean().default(settingsOfNewDomains.openTracking),
  clickTracking: z.boolean().default(settingsOfNewDomains.clickTracking),
  trackingOptOut: z.boolean().default(settingsOfNewDomains.trackingOptOut),
  unsubscribeLink: z.boolean().default(settingsOfNewDomains.unsubscribeLink),
  customTracking: z.boolean().default(settingsOfNewDomains.customTracking),
});

export type ComplianceStatus = z.infer<typeof complianceStatusSchema>;
export type DkimKey = z.infer<typeof dkimKeySchema>;
export type SendingDomain = z.infer<typeof sendingDomainSchema>;

/** The two DKIM selectors of a domain: one signs, the other is there to rotate to. */
export const dkimSelectors = ["rwmt1", "rwmt2"] as const;
