import * as z from "zod";
import type { Level } from "../../../shared/accounts/permissions.ts";
import { recordsOf } from "../../../shared/domains/domain-records.ts";
import {
  complianceStatusSchema,
  recordKeySchema,
  recordStatusSchema,
  type SendingDomain,
} from "../../../shared/domains/sending-domain.ts";
import { trackingHostSchema, wantsTrackingHost } from "../../../shared/domains/tracking-host.ts";

/** A domain as the account API shows it. */
export const domainSchema = z.object({
  id: z.int(),
  domain_name: z.string(),
  demo: z.boolean(),
  compliance_status: complianceStatusSchema,
  dns_verified: z.boolean(),
  dns_verified_at: z.iso.datetime().nullable(),
  dns_records: z.array(
    z.object({
      key: recordKeySchema,
      domain: z.string(),
      name: z.string(),
      type: z.enum(["CNAME", "TXT"]),
      value: z.string(),
      status: recordStatusSchema,
      found: z.array(z.string()).describe("What the DNS had at the last check (extension)"),
    }),
  ),
  dns_checked_at: z.iso.datetime().nullable().describe("When the DNS was last asked (extension)"),
  compliance_reasons: z.array(z.string()).describe("Why a review was not content (extension)"),
  open_tracking_enabled: z.boolean(),
  click_tracking_enabled: z.boolean(),
  tracking_opt_out_enabled: z.boolean(),
  auto_unsubscribe_link_enabled: z.boolean(),
  custom_domain_tracking_enabled: z.boolean(),
  custom_domain_tracking_status: trackingHostSchema.shape.state
    .or(z.literal("off"))
    .describe("Links name the domain's own host once it is `active` (extension)"),
  custom_domain_tracking_reason: z.string().nullable().describe("Why that host cannot be had (extension)"),
  health_alerts_enabled: z.boolean(),
  critical_alerts_enabled: z.boolean(),
  alert_recipient_email: z.string().nullable(),
  inbound_enabled: z.boolean(),
  inbound_verified: z.boolean(),
  permissions: z.object({ can_read: z.boolean(), can_update: z.boolean(), can_destroy: z.boolean() }),
});

/** Both families of paths name the wrapper differently; either is taken. */
function wrapped<Shape extends z.ZodRawShape>(shape: Shape) {
  const fields = z.object(shape);
  const same = { description: "`domain` by its other name", "x-same-as": "domain" };
  return z
    .object({ domain: fields.optional(), sending_domain: fields.optional().meta(same) })
    .transform(({ domain, sending_domain }) => domain ?? sending_domain);
}

// What the service that clients are written for answers to a name that is blank or missing.
export const blankNameMessage =
  "Validation failed: Domain name can't be blank, Tracking domain name is not a valid domain name";

export const newDomainSchema = wrapped({ domain_name: z.string().max(1_024).nullish() });

const invalid = "is invalid";

export const changedDomainSchema = wrapped({
  open_tracking_enabled: z.boolean().optional(),
  click_tracking_enabled: z.boolean().optional(),
  auto_unsubscribe_link_enabled: z.boolean().optional(),
  tracking_opt_out_enabled: z.boolean().optional(),
  custom_domain_tracking_enabled: z.boolean().optional(),
  health_alerts_enabled: z.boolean(invalid).optional(),
  critical_alerts_enabled: z.boolean(invalid).optional(),
  /** Null, or nothing, stands for the account's owner. */
  alert_recipient_email: z
    .union([z.literal("").transform(() => null), z.null(), z.email(invalid).max(254, invalid)], invalid)
    .optional(),
  inbound_enabled: z.literal(false, "is not available").optional(),
});

export const setupEmailSchema = z.object({ email: z.email("is invalid").max(254) });

/** A questionnaire's questions and answers, as the owner sends them. */
export const questionnaireSchema = z.object({
  questionnaire: z
    .record(z.string().max(200), z.string().trim().max(5_000))
    .refine((answers) => Object.values(answers).some((answer) => answer !== ""), "can't be blank")
    .refine((answers) => Object.keys(answers).length <= 50, "has too many answers")
    .meta({ description: "Answers by their questions", examples: [{ "What do you send?": "Receipts" }] })
    // They are kept in the domain's row, which sending reads.
    .refine((answers) => Buffer.byteLength(JSON.stringify(answers)) <= 50_000, "is too long"),
});

/** @param level what the token may do with it */
export function shownDomain(
  domain: SendingDomain,
  { mailHost, level }: { mailHost: string; level: Level },
): z.output<typeof domainSchema> {
  const { dns, demo } = domain;
  const host = wantsTrackingHost(domain) ? domain.trackingHost : undefined;
  const verifiedAt = demo ? (domain.createdAt ?? null) : (dns?.verifiedAt ?? null);
  return {
    id: domain.id,
    domain_name: domain.name,
    demo,
    compliance_status: domain.complianceStatus,
    dns_verified: verifiedAt !== null,
    dns_verified_at: iso(verifiedAt),
    dns_records: recordsOf(domain, mailHost).map((record) => {
      // The operator's own domain stands behind a demo one: there is nothing for its owner to set.
      const usual = demo ? "pass" : "missing";
      const { status = usual, found = [] } = dns?.records[record.key] ?? {};
      return { ...record, status, found };
    }),
    dns_checked_at: iso(dns?.checkedAt ?? null),
    compliance_reasons: domain.reviewReasons,
    open_tracking_enabled: domain.openTracking,
    click_tracking_enabled: domain.clickTracking,
    tracking_opt_out_enabled: domain.trackingOptOut,
    auto_unsubscribe_link_enabled: domain.unsubscribeLink,
    custom_domain_tracking_enabled: domain.customTracking,
    custom_domain_tracking_status: host?.state ?? "off",
    custom_domain_tracking_reason: host?.reason ?? null,
    health_alerts_enabled: domain.healthAlerts,
    critical_alerts_enabled: domain.criticalAlerts,
    alert_recipient_email: domain.alertRecipient,
    ...{ inbound_enabled: false, inbound_verified: false },
    permissions: { can_read: true, can_update: level >= 100, can_destroy: level >= 100 },
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
