import type { MailtrapClient } from "mailtrap";
import * as z from "zod";

/** What the client promises that a call answers. */
type Answer<
  Topic extends keyof MailtrapClient,
  Call extends keyof MailtrapClient[Topic],
> = MailtrapClient[Topic][Call] extends (...args: never) => Promise<infer Told> ? Told : never;
type General = MailtrapClient["general"];

const text = z.string();
const id = z.int();
const flag = z.boolean();
const maybe = text.nullable();
const time = z.iso.datetime();
const level = z.union([z.literal(10), z.literal(100)]);

/*
 * The types of the official client's answers as schemas: the compiler compares each with the client's own type, and a
 * test compares each with what the service answers. What clients for other languages cannot do without stands in the
 * same place: all six keys of a DNS record, texts and whole numbers where a null would break them.
 */

export const domain: z.ZodType<Answer<"sendingDomains", "get">> = z.object({
  ...{ id, domain_name: text, demo: flag, compliance_status: text, dns_verified: flag },
  dns_verified_at: time.nullable(),
  dns_records: z
    .array(z.object({ key: text, domain: text, name: text, type: text, value: text, status: text }))
    .length(5),
  ...{ open_tracking_enabled: flag, click_tracking_enabled: flag, tracking_opt_out_enabled: flag },
  ...{ auto_unsubscribe_link_enabled: flag, custom_domain_tracking_enabled: flag },
  ...{ health_alerts_enabled: flag, critical_alerts_enabled: flag, alert_recipient_email: maybe },
  ...{ inbound_enabled: flag, inbound_verified: flag },
  permissions: z.object({ can_read: flag, can_update: flag, can_destroy: flag }),
});

export const companyInfo: z.ZodType<Answer<"companyInfo", "get">> = z.object({
  data: z.object({
    ...{ name: maybe, address: maybe, city: maybe, country: maybe, phone: maybe, zip_code: maybe },
    ...{ privacy_policy_url: maybe, terms_of_service_url: maybe, website_url: maybe },
    info_level: z.enum(["business", "individual"]),
  }),
});

export const token: z.ZodType<Awaited<ReturnType<General["apiTokens"]["get"]>>> = z.object({
  ...{ id, name: text, last_4_digits: text.length(4), created_by: text, expires_at: time.nullable() },
  resources: z.array(
    z.object({ resource_type: z.enum(["account", "sending_domain"]), resource_id: id, access_level: level }),
  ),
});

export const account: z.ZodType<Awaited<ReturnType<General["accounts"]["getAllAccounts"]>>[number]> =
  z.object({
    ...{ id, name: text },
    access_levels: z.array(z.union([level, z.literal(1_000)])),
  });

/** Of accesses the client's types say what they are not, so that this is what clients read of them. */
export const access = z.object({
  ...{ id, specifier_type: z.enum(["User", "Invite"]) },
  specifier: z.object({ id, email: text, name: text, two_factor_authentication_enabled: flag }),
  resources: z.array(z.object({ resource_type: text, resource_id: id, access_level: id })),
  permissions: z.object({ can_read: flag, can_update: flag, can_destroy: flag, can_leave: flag }),
});

const counted = z.object({ current: id, limit: id });
const plan = z.object({ name: text });

export const usage: z.ZodType<Awaited<ReturnType<General["billing"]["getCurrentBillingCycleUsage"]>>> =
  z.object({
    billing: z.object({ cycle_start: time, cycle_end: time }),
    sending: z.object({ plan, usage: z.object({ sent_messages_count: counted }) }),
    testing: z.object({
      plan,
      usage: z.object({ sent_messages_count: counted, forwarded_messages_count: counted }),
    }),
  });

export const webhook: z.ZodType<Answer<"webhooks", "get">> = z.object({
  data: z.object({
    ...{ id, url: z.url(), active: flag, webhook_type: z.enum(["email_sending", "audit_log"]) },
    payload_format: z.enum(["json", "jsonlines"]),
    sending_stream: z.enum(["transactional", "bulk"]).nullable(),
    ...{ domain_id: id.nullable(), inbound_inbox_id: z.null() },
    event_types: z.array(
      z.enum([
        ...(["delivery", "soft_bounce", "bounce", "suspension", "unsubscribe"] as const),
        ...(["open", "spam_complaint", "click", "reject"] as const),
      ]),
    ),
  }),
});

export const suppression: z.ZodType<Answer<"suppressions", "delete">> = z.object({
  id: z.uuid(),
  type: z.enum(["hard bounce", "spam complaint", "unsubscription", "manual import"]),
  ...{ created_at: time, email: text, sending_stream: z.enum(["transactional", "bulk"]) },
  ...{ domain_name: maybe, message_bounce_category: maybe, message_category: maybe },
  ...{ message_client_ip: maybe, message_created_at: maybe, message_esp_response: maybe },
  ...{ message_esp_server_type: maybe, message_outgoing_ip: maybe, message_recipient_mx_name: maybe },
  ...{ message_sender_email: maybe, message_subject: maybe },
});

export const optOut: z.ZodType<Answer<"trackingOptOuts", "delete">> = z.object({
  ...{ id: z.uuid(), email: text, created_at: time, domain_name: maybe },
});

const rate = z.number().min(0).max(1);

export const stats: z.ZodType<Answer<"stats", "get">> = z.object({
  ...{ delivery_count: id, delivery_rate: rate, bounce_count: id, bounce_rate: rate },
  ...{ open_count: id, open_rate: rate, click_count: id, click_rate: rate },
  ...{ spam_count: id, spam_rate: rate },
});

const logRow = z.object({
  ...{ message_id: text, status: z.enum(["delivered", "not_delivered", "enqueued", "opted_out"]) },
  ...{ subject: maybe, rfc_message_id: maybe, in_reply_to: maybe, references: z.array(text) },
  ...{ thread_id: maybe, from: text, to: text, sent_at: time, client_ip: maybe, category: maybe },
  custom_variables: z.record(text, z.unknown()),
  sending_stream: z.enum(["transactional", "bulk"]),
  ...{ sending_domain_id: id, template_id: id.nullable(), template_variables: z.record(text, z.unknown()) },
  ...{ opens_count: id, clicks_count: id },
});

export const logList: z.ZodType<Answer<"emailLogs", "getList">> = z.object({
  ...{ messages: z.array(logRow), total_count: id, next_page_cursor: maybe },
});

const at = { created_at: time };
const otherSide = { sending_ip: maybe, recipient_mx: maybe, email_service_provider: maybe };

export const logMessage: z.ZodType<Answer<"emailLogs", "get">> = logRow.extend({
  raw_message_url: z.url(),
  events: z.array(
    z.discriminatedUnion("event_type", [
      z.object({ event_type: z.literal("delivery"), ...at, details: z.object(otherSide) }),
      z.object({
        ...{ event_type: z.enum(["soft_bounce", "bounce"]), ...at },
        details: z.object({
          ...otherSide,
          ...{ email_service_provider_status: maybe, email_service_provider_response: maybe },
          bounce_category: maybe,
        }),
      }),
      z.object({ event_type: z.literal("open"), ...at, details: z.object({ web_ip_address: maybe }) }),
    ]),
  ),
});

/**
 * The answer, which is what the client promises of it.
 *
 * @throws ZodError for another one
 */
export async function kept<Told>(promise: z.ZodType<Told>, answer: Promise<unknown>): Promise<Told> {
  return promise.parse(await answer);
}
