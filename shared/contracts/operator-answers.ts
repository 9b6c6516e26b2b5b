import * as z from "zod";

const id = z.number().int();
/** ISO 8601, UTC. */
const time = z.string();

/** What an account has sent of what it may, in its billing period and on its day. */
export const usageAnswerSchema = z.object({
  planName: z.string(),
  /** What takes its place when the period ends. */
  nextPlanName: z.string().optional(),
  monthLimit: z.number(),
  used: z.number(),
  /** Overage included. */
  remaining: z.number(),
  /** Of what is used, beyond the month's limit; and how many such emails the account may send: 0 for none. */
  overageUsed: z.number(),
  overageCap: z.number(),
  day: z.string(),
  dayLimit: z.number(),
  dayUsed: z.number(),
  dayRemaining: z.number(),
  periodStart: time,
  periodEnd: time,
});

export const accountAnswerSchema = z.object({
  accountId: id,
  name: z.string(),
  ownerEmail: z.string(),
  status: z.string(),
  planName: z.string(),
  organizationId: id.optional(),
});

/** Messages that are held; `isAll` is false where these are the oldest of very many. */
const heldAnswerSchema = z.object({ messages: z.number(), isAll: z.boolean() });

const suspensionAnswerSchema = z.object({
  scope: z.enum(["account", "domain", "stream"]),
  domainName: z.string().optional(),
  stream: z.string().optional(),
  reason: z.string(),
  since: time,
  /** When it becomes a ban of the account, and how many days are left until then, the last one as 1. */
  banAt: time,
  daysLeft: z.number().int(),
  /** Whether the owner has answered. */
  answered: z.boolean(),
  /** Whether the account's rates led to it. */
  automatic: z.boolean(),
  held: heldAnswerSchema,
});

/** How an account stands. */
export const standingAnswerSchema = z.object({
  accountId: id,
  status: z.string(),
  ban: z.object({ reason: z.string(), since: time }).optional(),
  suspensions: z.array(suspensionAnswerSchema),
  warnings: z.array(z.object({ stream: z.string(), reason: z.string(), since: time })),
  /** Of all the account's mail: suspended, or on its way out of it. */
  held: heldAnswerSchema,
});

/** `next` is what to ask for after it. */
export const suspensionsAnswerSchema = z.object({
  suspensions: z.array(suspensionAnswerSchema.extend({ accountId: id, name: z.string() })),
  next: z.string().optional(),
});

/** A plan that was changed. */
export const planAnswerSchema = z.object({
  accountId: id,
  /** The plan before, and the one that was asked for. */
  before: z.string(),
  planName: z.string(),
  /** From when on: a time, or `now`. */
  from: z.string(),
});

export const overageAnswerSchema = z.object({
  accountId: id,
  enabled: z.boolean(),
  /** Emails beyond the month's in a period. */
  cap: z.number(),
  used: z.number(),
  /** US dollars; null where the plan sells none. */
  dollarsPer1000: z.number().nullable(),
});

/** What closed billing periods cost, the latest first. */
export const statementsAnswerSchema = z.object({
  accountId: id,
  statements: z.array(
    z.object({
      periodStart: time,
      periodEnd: time,
      planName: z.string(),
      emails: z.number(),
      included: z.number(),
      overage: z.number(),
      planCents: z.number(),
      discountCents: z.number(),
      overageCents: z.number(),
      refundCents: z.number(),
      totalCents: z.number(),
    }),
  ),
});

/** What is taken off the price of an account's plans. */
export const discountAnswerSchema = z.object({ accountId: id, percent: z.number().int() });

/** What was given back of a closed period's price; the period is named by its beginning. */
export const refundAnswerSchema = z.object({
  accountId: id,
  periodStart: time,
  refundCents: z.number(),
  refundedAt: time,
  reason: z.string().optional(),
});

/** A plan that ends, as it was not paid. */
export const failedPaymentAnswerSchema = z.object({ accountId: id, planName: z.string(), freeFrom: time });

const organizationAnswerSchema = z.object({
  organizationId: id,
  name: z.string(),
  /** The account in which its tokens are, and whose quota its accounts use. */
  mainAccountId: id,
});

export const organizationsAnswerSchema = z.object({
  organizations: z.array(organizationAnswerSchema),
  next: id.optional(),
});

export const shownOrganizationAnswerSchema = organizationAnswerSchema.extend({
  subAccounts: z.array(z.object({ accountId: id, name: z.string() })),
});

/** Who has access to an account, the owner first. */
export const usersAnswerSchema = z.object({
  accountId: id,
  users: z.array(
    z.object({
      accessId: id,
      /** Absent for an invitation. */
      userId: id.optional(),
      kind: z.enum(["owner", "user", "invitation"]),
      email: z.string(),
      name: z.string(),
      /** The level on each thing. */
      access: z.array(z.object({ what: z.string(), id, level: z.number() })),
      createdAt: time,
    }),
  ),
});

const domainAnswerSchema = z.object({
  accountId: id,
  domainId: id,
  domainName: z.string(),
  complianceStatus: z.string(),
  createdAt: time.optional(),
});

/** Pages go by id: `next` is what to ask for after it, absent on the last one. */
export const accountsAnswerSchema = z.object({
  accounts: z.array(
    accountAnswerSchema.extend({
      /** Absent where the account counts with its organization's main account, or has none yet. */
      usage: usageAnswerSchema.optional(),
    }),
  ),
  next: id.optional(),
});

export const shownAccountAnswerSchema = accountAnswerSchema.extend({
  limits: z.record(z.string(), z.number().optional()),
  usage: usageAnswerSchema.optional(),
  domains: z.array(domainAnswerSchema),
  standing: standingAnswerSchema,
});

export const domainsAnswerSchema = z.object({ domains: z.array(domainAnswerSchema) });

/** A domain on which a person has to decide. */
export const reviewAnswerSchema = z.object({
  domains: z.array(
    domainAnswerSchema.extend({
      /** What the automatic review held against it. */
      reasons: z.array(z.string()),
      /** What its owner has told of what is sent and to whom; absent until he has. */
      answers: z.record(z.string(), z.string()).optional(),
      companyName: z.string().optional(),
      websiteUrl: z.string().optional(),
    }),
  ),
});

/** Numbers of messages. */
export const queuesAnswerSchema = z.object({
  queues: z.array(
    z.object({
      queue: z.string(),
      /** To be had now, in work or waiting for another try, and delayed; absent for what has no queue itself. */
      waiting: z.number().optional(),
      inWork: z.number().optional(),
      delayed: z.number().optional(),
      deadLetters: z.number(),
    }),
  ),
});

export const deadLettersAnswerSchema = z.object({
  queue: z.string(),
  /** All that is there, of which `deadLetters` are some. */
  total: z.number(),
  deadLetters: z.array(
    z.object({
      id: z.string(),
      sentAt: time,
      receives: z.number(),
      bytes: z.number(),
      /** What it is about, by ids: never what a mail says or to whom it goes. */
      about: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});

/** `left`: about how many are there still. */
export const replayAnswerSchema = z.object({ moved: z.number().int(), left: z.number().int() });

export const findingSchema = z.object({
  /** What was looked at. */
  name: z.string(),
  outcome: z.enum(["ok", "warning", "failed"]),
  /** What was found, as a sentence. */
  says: z.string(),
  /** What is to be done about it: the record, the setting, the permission that is missing. */
  remedy: z.string().optional(),
});

export const examineAnswerSchema = z.object({ findings: z.array(findingSchema) });

/** What the doctor looks at, one after the other, and how it says so. */
export const doctorPoints = {
  dns: "DNS records of the mail host",
  ses: "Amazon SES: account and identity",
  events: "The way of SES's notifications",
  schedules: "Schedules",
  certificates: "Hosts and their certificates",
  smtp: "The SMTP door and its certificate",
  edge: "CloudFront, and certificates in ACM",
  mail: "A mail to the simulator, and word of it",
  webhook: "A webhook to itself",
} as const;

export const doctorPointSchema = z.enum(Object.keys(doctorPoints) as (keyof typeof doctorPoints)[]);

export type DoctorPoint = z.infer<typeof doctorPointSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type UsageAnswer = z.infer<typeof usageAnswerSchema>;
export type AccountsAnswer = z.infer<typeof accountsAnswerSchema>;
export type ShownAccountAnswer = z.infer<typeof shownAccountAnswerSchema>;
export type DomainsAnswer = z.infer<typeof domainsAnswerSchema>;
export type StandingAnswer = z.infer<typeof standingAnswerSchema>;
export type SuspensionsAnswer = z.infer<typeof suspensionsAnswerSchema>;
export type PlanAnswer = z.infer<typeof planAnswerSchema>;
export type OverageAnswer = z.infer<typeof overageAnswerSchema>;
export type DiscountAnswer = z.infer<typeof discountAnswerSchema>;
export type RefundAnswer = z.infer<typeof refundAnswerSchema>;
export type FailedPaymentAnswer = z.infer<typeof failedPaymentAnswerSchema>;
export type StatementsAnswer = z.infer<typeof statementsAnswerSchema>;
export type OrganizationsAnswer = z.infer<typeof organizationsAnswerSchema>;
export type ShownOrganizationAnswer = z.infer<typeof shownOrganizationAnswerSchema>;
export type UsersAnswer = z.infer<typeof usersAnswerSchema>;
export type ReviewAnswer = z.infer<typeof reviewAnswerSchema>;
export type QueuesAnswer = z.infer<typeof queuesAnswerSchema>;
export type DeadLettersAnswer = z.infer<typeof deadLettersAnswerSchema>;
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>;
