import * as z from "zod";
import { autoBccSchema } from "./auto-bcc.ts";
import { trackingHostSchema } from "./tracking-host.ts";

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

export const recordKeySchema = z.enum(["verification", "dkim1", "dkim2", "dmarc", "link_verification"]);

/** `softfail`: partly right. `network_error`: the DNS gave no answer, which says nothing of the record. */
export const recordStatusSchema = z.enum([
  "pass",
  "fail",
  "unchecked",
  "missing",
  "softfail",
  "network_error",
]);

const checkedRecordSchema = z.object({
  status: recordStatusSchema,
  /** What the DNS has at the record's name. */
  found: z.array(z.string()),
});

/** What the DNS had when it was last asked. Times are epoch ms. */
export const dnsCheckSchema = z.object({
  checkedAt: z.number(),
  /** Since when all records that sending needs are there; null while they are not. */
  verifiedAt: z.number().nullable(),
  /** Since when a verified domain's records have been gone; null while they are there. */
  lostAt: z.number().nullable(),
  records: z.record(recordKeySchema, checkedRecordSchema),
});

/** What a domain's owner told of what is sent and to whom. */
export const questionnaireSchema = z.object({
  at: z.number(),
  answers: z.record(z.string(), z.string()),
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
  /** A digest on Mondays of how the week's mail was received. */
  healthAlerts: z.boolean(),
  /** A word when bounces or complaints become critical. */
  criticalAlerts: z.boolean(),
  /** Who gets these two by email; null for the account's owner. */
  alertRecipient: z.string().nullable(),
});

export type DomainSettings = z.infer<typeof domainSettingsSchema>;

export const settingsOfNewDomains: DomainSettings = {
  openTracking: true,
  clickTracking: false,
  trackingOptOut: false,
  unsubscribeLink: false,
  customTracking: false,
  healthAlerts: true,
  criticalAlerts: true,
  alertRecipient: null,
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
  healthAlerts: z.boolean().default(settingsOfNewDomains.healthAlerts),
  criticalAlerts: z.boolean().default(settingsOfNewDomains.criticalAlerts),
  alertRecipient: z.string().nullable().default(settingsOfNewDomains.alertRecipient),
  autoBcc: autoBccSchema.optional(),
  /** Epoch ms. */
  createdAt: z.number().optional(),
  /** Made with the account, for mail to its owner alone; `demoSent` counts it. */
  demo: z.boolean().default(false),
  demoSent: z.number().int().default(0),
  /** The last look at the DNS; none yet for a new domain. */
  dns: dnsCheckSchema.optional(),
  /** Its own host for tracking, where it was looked after last; none yet where nobody asked for it. */
  trackingHost: trackingHostSchema.optional(),
  /** Epoch ms at which it was first found fit to send: it need not be reviewed again. */
  approvedAt: z.number().optional(),
  /** Why the last review, or the operator, was not content. */
  reviewReasons: z.array(z.string()).default([]),
  questionnaire: questionnaireSchema.optional(),
  /** The state of which the owner was told last. */
  toldState: z.string().optional(),
  /** Of how many states the owner was told. */
  toldTimes: z.number().int().optional(),
  /** Epoch ms at which all was made that the domain needs elsewhere: published keys, SES identity, token. */
  setUpAt: z.number().optional(),
  /** Epoch ms at which its rates became critical; null or absent while they are not. */
  criticalSince: z.number().nullable().optional(),
  /** What was counted then, in which days, and whether it was told. */
  criticalFacts: z
    .object({
      startDate: z.string(),
      endDate: z.string(),
      ...{ sent: z.number(), delivery: z.number(), bounce: z.number() },
      ...{ open: z.number(), click: z.number(), spam: z.number() },
    })
    .optional(),
  criticalTold: z.boolean().optional(),
  /** The Monday of the last week of which was told, as 2026-11-16. */
  toldWeek: z.string().optional(),
  /** Epoch ms at which the key that signs became it, and at which the other one was made. */
  keySwitchedAt: z.number().optional(),
  keyRenewedAt: z.number().optional(),
});

/** What stays known of a domain that was deleted; its keys can open nothing any more. */
export const deletedDomainSchema = z.object({
  ...sendingDomainSchema.pick({ id: true, accountId: true, name: true, demo: true }).shape,
  /** What it was, and why. */
  ...sendingDomainSchema.pick({ complianceStatus: true }).partial().shape,
  ...sendingDomainSchema.pick({ reviewReasons: true }).shape,
  dkimKeys: z.array(dkimKeySchema.omit({ encryptedPrivateKey: true })),
  deletedAt: z.number(),
});

export type RecordKey = z.infer<typeof recordKeySchema>;
export type RecordStatus = z.infer<typeof recordStatusSchema>;
export type CheckedRecord = z.infer<typeof checkedRecordSchema>;
export type DnsCheck = z.infer<typeof dnsCheckSchema>;
export type ComplianceStatus = z.infer<typeof complianceStatusSchema>;
export type DkimKey = z.infer<typeof dkimKeySchema>;
export type DeletedDomain = z.infer<typeof deletedDomainSchema>;
export type SendingDomain = z.infer<typeof sendingDomainSchema>;

/** The two DKIM selectors of a domain: one signs, the other is there to rotate to. */
export const dkimSelectors = ["rwmt1", "rwmt2"] as const;
