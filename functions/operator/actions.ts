import * as z from "zod";
import { accountLimitsSchema, accountStatusSchema } from "../../shared/accounts/account.ts";
import { accessLevelSchema } from "../../shared/accounts/token.ts";
import { doctorPointSchema } from "../../shared/contracts/operator-answers.ts";
import { streamSchema } from "../../shared/contracts/streams.ts";
import { wantedAutoBccSchema } from "../../shared/domains/auto-bcc.ts";
import { complianceStatusSchema, domainSettingsSchema } from "../../shared/domains/sending-domain.ts";

const id = z.number().int().positive();
const name = z.string().trim().min(1).max(255);
const emails = z.number().int().nonnegative();
const reason = z.string().trim().min(1).max(1_000);
/** What is meant of an account; all of it unless given. */
const part = { domainName: z.string().max(1_024).optional(), stream: streamSchema.optional() };
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const pageOf = {
  /** Begins behind this id: `next` of the answer before. */
  after: z.number().int().nonnegative().default(0),
  limit: z.number().int().min(1).max(100).default(50),
};

const limits = z.strictObject({
  ...accountLimitsSchema.partial().shape,
  /** In place of the plan's. */
  emailsPerMonth: emails.optional(),
  emailsPerDay: emails.optional(),
});

/** What the operator may ask for. Unknown fields are refused: a mistyped limit must not pass for none. */
export const actionSchema = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("createAccount"),
    name,
    ownerEmail: z.email(),
    planName: z.string().default("free"),
    limits: limits.default({}),
    planStart: time.optional(),
  }),
  z.strictObject({
    action: z.literal("createToken"),
    accountId: id,
    name,
    accessLevel: accessLevelSchema,
    /** What the token is for; otherwise for the whole account. */
    domainId: id.optional(),
    /** Then it manages the organization's sub-accounts, and nothing else. */
    organizationId: id.optional(),
    /** Then it acts for a user: whatever he may, it may, and the level does not matter. */
    accessId: id.optional(),
    expiresAt: time.nullable().default(null),
  }),
  z.strictObject({
    action: z.literal("addDomain"),
    accountId: id,
    domainName: z.string().max(1_024),
    complianceStatus: complianceStatusSchema.default("unverified_dns"),
  }),
  z.strictObject({
    action: z.literal("setDomainStatus"),
    accountId: id,
    domainName: z.string().max(1_024),
    complianceStatus: complianceStatusSchema,
  }),
  z.strictObject({
    /** Ends a review; the owner is told, with the reasons. */
    action: z.literal("decideDomain"),
    accountId: id,
    domainName: z.string().max(1_024),
    decision: z.enum(["compliant", "non_compliant", "suspended"]),
    reasons: z.array(z.string().max(1_000)).default([]),
  }),
  z.strictObject({
    action: z.literal("setDomainSettings"),
    accountId: id,
    domainId: id,
    ...domainSettingsSchema.partial().shape,
    alertRecipient: z.email().max(254).nullable().optional(),
    /** Who gets a blind copy of every email from the domain; nobody for an empty list. */
    autoBcc: wantedAutoBccSchema.optional(),
  }),
  z.strictObject({
    /** An organization, and the account in which its tokens are. */
    action: z.literal("createOrganization"),
    accountId: id,
    name,
  }),
  z.strictObject({ action: z.literal("listOrganizations"), ...pageOf }),
  z.strictObject({ action: z.literal("showOrganization"), organizationId: id }),
  z.strictObject({
    /** An account of an organization, with the plan of its main account, whose quota it uses. */
    action: z.literal("createSubAccount"),
    organizationId: id,
    name,
    /** The owner of the main account unless given. */
    ownerEmail: z.email().optional(),
  }),
  z.strictObject({ action: z.literal("listUsers"), accountId: id }),
  z.strictObject({
    action: z.literal("createUser"),
    accountId: id,
    email: z.email(),
    name,
    /** On the whole account; nothing yet unless given. */
    accessLevel: accessLevelSchema.optional(),
  }),
  z.strictObject({
    /** Makes a user of whom was invited. */
    action: z.literal("acceptInvitation"),
    accountId: id,
    accessId: id,
    name,
  }),
  z.strictObject({
    /** As `suspend`, `lift` or a ban of the whole account. */
    action: z.literal("setAccountStatus"),
    accountId: id,
    status: accountStatusSchema,
    reason: reason.optional(),
  }),
  z.strictObject({
    /** Holds mail back: the whole account's unless a domain or a stream is given. Answers when none goes out. */
    action: z.literal("suspend"),
    accountId: id,
    ...part,
    /** The owner is told. */
    reason: reason.optional(),
  }),
  z.strictObject({
    /** Lifts a suspension, or the account's ban, and lets go what was held. */
    action: z.literal("lift"),
    accountId: id,
    ...part,
  }),
  z.strictObject({
    /** The owner has answered: the suspension becomes a ban later. */
    action: z.literal("noteAnswer"),
    accountId: id,
    ...part,
  }),
  z.strictObject({ action: z.literal("showStanding"), accountId: id }),
  z.strictObject({
    /** Suspensions of all accounts; those about which something is due first. */
    action: z.literal("listSuspensions"),
    /** `next` of the answer before. */
    after: z.string().optional(),
    limit: z.number().int().min(1).max(100).default(50),
  }),
  z.strictObject({ action: z.literal("setLimits"), accountId: id, ...limits.shape }),
  z.strictObject({ action: z.literal("setPlan"), accountId: id, planName: z.string() }),
  z.strictObject({ action: z.literal("usage"), accountId: id }),
  z.strictObject({ action: z.literal("showDiscount"), accountId: id }),
  z.strictObject({
    /** Of the price of plans, from the period on that is open. */
    action: z.literal("setDiscount"),
    accountId: id,
    percent: z.number().int().min(0).max(100),
  }),
  z.strictObject({
    /** Gives back what a closed period has cost, where the rule allows it. */
    action: z.literal("refund"),
    accountId: id,
    /** Names the period. */
    periodStart: time,
    reason: reason.optional(),
  }),
  z.strictObject({
    /** The owner is told, and the account is on the free plan when its period ends; `setPlan` takes that back. */
    action: z.literal("failPayment"),
    accountId: id,
  }),
  z.strictObject({ action: z.literal("showOverage"), accountId: id }),
  z.strictObject({
    /** Lets emails beyond the month's go out, at the plan's price, or no longer. */
    action: z.literal("setOverage"),
    accountId: id,
    enabled: z.boolean(),
    /** At most so many; as many as the plan sells unless given. */
    cap: emails.positive().optional(),
  }),
  z.strictObject({
    /** What closed periods cost, the latest first. */
    action: z.literal("listStatements"),
    accountId: id,
  }),
  z.strictObject({
    /** Accounts with their usage, oldest first. */
    action: z.literal("listAccounts"),
    ...pageOf,
  }),
  z.strictObject({ action: z.literal("showAccount"), accountId: id }),
  z.strictObject({ action: z.literal("listDomains"), accountId: id }),
  z.strictObject({
    /** The domains of all accounts on which somebody has to decide. */
    action: z.literal("reviewQueue"),
  }),
  z.strictObject({ action: z.literal("queueDepths") }),
  z.strictObject({
    action: z.literal("listDeadLetters"),
    queue: name,
    limit: z.number().int().min(1).max(100).default(20),
  }),
  z.strictObject({
    /** Puts dead letters back, as many as an invocation can; `left` in the answer says how many remain. */
    action: z.literal("replayDeadLetters"),
    queue: name,
    /** Only these; all unless given. */
    ids: z.array(z.string()).min(1).max(100).optional(),
  }),
  z.strictObject({
    /** Looks at one point of the installation. */
    action: z.literal("examine"),
    point: doctorPointSchema,
    /** So long a mail and a webhook have to arrive: less than the function may run. */
    waitSeconds: z.number().int().min(1).max(45).default(30),
  }),
  z.strictObject({
    /** Takes a mailbox provider's complaint (RFC 5965), as it arrived at the address for complaints. */
    action: z.literal("recordFeedbackReport"),
    /** The whole email; one character for each byte (latin1) where it is not ASCII. */
    report: z.string(),
  }),
]);

/** The names of all actions. */
export const actionNames = actionSchema.options.map(({ shape }) => shape.action.value);

export type Action = z.output<typeof actionSchema>;

/** One action of those above, by its name. */
export type ActionOf<Name extends Action["action"]> = Extract<Action, { action: Name }>;
