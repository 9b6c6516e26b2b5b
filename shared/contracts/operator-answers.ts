import * as z from "zod";

const id = z.number().int();
/** ISO 8601, UTC. */
const time = z.string();

/** What an account has sent of what it may, in its billing period and on its day. */
export const usageAnswerSchema = z.object({
  planName: z.string(),
  monthLimit: z.number(),
  used: z.number(),
  remaining: z.number(),
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
export type ReviewAnswer = z.infer<typeof reviewAnswerSchema>;
export type QueuesAnswer = z.infer<typeof queuesAnswerSchema>;
export type DeadLettersAnswer = z.infer<typeof deadLettersAnswerSchema>;
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>;
