import type * as z from "zod";
import type { AccountStore } from "../../shared/accounts/account-store.ts";
import type { AuditStore } from "../../shared/accounts/audit-store.ts";
import { createAccount } from "../../shared/billing/create-account.ts";
import { complaintInReport } from "../../shared/delivery/complaint-in-report.ts";
import { type AddDomainDeps, addDomain } from "../../shared/domains/add-domain.ts";
import { mayHaveAutoBcc } from "../../shared/domains/auto-bcc.ts";
import type { DemoDomainStore } from "../../shared/domains/demo-domain-store.ts";
import { sendingDomainName } from "../../shared/domains/domain-name.ts";
import type { DomainStore } from "../../shared/domains/domain-store.ts";
import { type TellOwnerDeps, tellOwner } from "../../shared/domains/tell-owner.ts";
import type { EventsQueueClient } from "../../shared/messages/events-queue-client.ts";
import type { HeldStore } from "../../shared/messages/held-store.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { QuotaStore } from "../../shared/quota/quota-store.ts";
import { type AccessDeps, acceptInvitation, listUsers, makeToken, makeUser } from "./access.ts";
import { type LookDeps, listAccounts, listDomains, noAccount, reviewQueue, showAccount } from "./accounts.ts";
import { type Action, type ActionOf, actionSchema } from "./actions.ts";
import { type BillingDeps, changeOverage, listStatements, setPlan, showOverage, usage } from "./billing.ts";
import { type DoctorDeps, examine } from "./doctor/examine.ts";
import { audited, noteOfAccount, operator } from "./note.ts";
import {
  listOrganizations,
  makeOrganization,
  makeSubAccount,
  type OrganizationDeps,
  showOrganization,
} from "./organizations.ts";
import { noteFailedPayment, type PaymentDeps, refundPeriod, setDiscount, showDiscount } from "./payments.ts";
import { listDeadLetters, type QueueDeps, queueDepths, replayDeadLetters } from "./queues.ts";
import {
  liftSuspension,
  listSuspensions,
  noteOwnersAnswer,
  type SuspensionDeps,
  setAccountStatus,
  showStanding,
  suspendSending,
} from "./suspensions.ts";

export interface OperatorDeps
  extends AddDomainDeps,
    TellOwnerDeps,
    AccessDeps,
    OrganizationDeps,
    BillingDeps,
    PaymentDeps,
    LookDeps,
    QueueDeps,
    SuspensionDeps {
  readonly domains: DomainStore;
  readonly demoDomains: DemoDomainStore;
  readonly accounts: AccountStore;
  readonly quota: QuotaStore;
  readonly events: EventsQueueClient;
  readonly audits: Pick<AuditStore, "begin" | "note" | "settle" | "writes">;
  readonly held: HeldStore;
  readonly mailHost: string;
  readonly doctor: DoctorDeps;
  readonly clock: Clock;
}

/**
 * Does what the operator asks for, notes it in the account's audit log, and answers with what it gave: ids, and
 * a token's secret once.
 *
 * @param event `{ action, … }`, whatever came
 * @throws PosternError `invalid_request` that names every wrong field, or `not_found`
 */
export async function perform(deps: OperatorDeps, event: unknown): Promise<object> {
  const parsed = actionSchema.safeParse(event);
  if (!parsed.success) throw new PosternError("invalid_request", { messages: mistakesIn(parsed.error) });
  return await audited(deps, parsed.data, () => done(deps, parsed.data));
}

type Doing<Name extends Action["action"]> = (deps: OperatorDeps, wanted: ActionOf<Name>) => Promise<object>;

const doings: { readonly [Name in Action["action"]]: Doing<Name> } = {
  createAccount: makeAccount,
  createToken: ofAccount(makeToken),
  createOrganization: ofAccount(makeOrganization),
  listOrganizations,
  showOrganization: (deps, { organizationId }) => showOrganization(deps, organizationId),
  createSubAccount: makeSubAccount,
  createUser: ofAccount(makeUser),
  listUsers: ofAccount((deps, { accountId }) => listUsers(deps, accountId)),
  acceptInvitation,
  addDomain: ofAccount(makeDomain),
  setDomainStatus,
  decideDomain,
  setDomainSettings,
  setAccountStatus,
  suspend: suspendSending,
  lift: liftSuspension,
  noteAnswer: noteOwnersAnswer,
  showStanding: (deps, { accountId }) => showStanding(deps, accountId),
  listSuspensions,
  setLimits,
  setPlan,
  usage: (deps, { accountId }) => usage(deps, accountId),
  showDiscount: (deps, { accountId }) => showDiscount(deps, accountId),
  setDiscount,
  refund: refundPeriod,
  failPayment: noteFailedPayment,
  showOverage: (deps, { accountId }) => showOverage(deps, accountId),
  setOverage: changeOverage,
  listStatements: (deps, { accountId }) => listStatements(deps, accountId),
  listAccounts,
  showAccount: (deps, { accountId }) => showAccount(deps, accountId),
  listDomains: (deps, { accountId }) => listDomains(deps, accountId),
  reviewQueue,
  queueDepths,
  listDeadLetters,
  replayDeadLetters,
  examine: ({ doctor }, wanted) => examine(doctor, wanted),
  recordFeedbackReport: (deps, { report }) => recordFeedbackReport(deps, report),
};

async function done<Name extends Action["action"]>(
  deps: OperatorDeps,
  wanted: ActionOf<Name>,
): Promise<object> {
  const doing: Doing<Name> = doings[wanted.action as Name];
  return await doing(deps, wanted);
}

/** First it must be an account that there is. */
function ofAccount<Wanted extends { readonly accountId: number }>(
  doing: (deps: OperatorDeps, wanted: Wanted) => Promise<object>,
) {
  return async (deps: OperatorDeps, wanted: Wanted) => {
    if ((await deps.accounts.get(wanted.accountId)) === undefined) throw noAccount(wanted.accountId);
    return await doing(deps, wanted);
  };
}

async function makeAccount(deps: OperatorDeps, wanted: ActionOf<"createAccount">): Promise<object> {
  const { emailsPerMonth, emailsPerDay, ...limits } = wanted.limits;
  const account = {
    name: wanted.name,
    ownerEmail: wanted.ownerEmail,
    planName: wanted.planName,
    planStart: wanted.planStart ?? deps.clock.now(),
    ...{ limits: withoutUndefined(limits), emailsPerMonth, emailsPerDay },
  };
  const { id } = await createAccount(deps, account, async (accountId) => [
    ...(await deps.demoDomains.openingWrites(accountId, deps.mailHost)),
    ...deps.audits.writes(accountId, operator, noteOfAccount(wanted, accountId)),
  ]);
  return { accountId: id };
}

async function makeDomain(deps: OperatorDeps, wanted: ActionOf<"addDomain">): Promise<object> {
  const { accountId, domainName, complianceStatus } = wanted;
  const domain = await addDomain(deps, { accountId, typedName: domainName, complianceStatus });
  return {
    domainId: domain.id,
    domainName: domain.name,
    complianceStatus: domain.complianceStatus,
    returnPath: `${domain.returnPathLabel}.${domain.name}`,
    dkim: domain.dkimKeys.map(({ selector, publicKey }) => ({ selector, publicKey })),
  };
}

async function setDomainStatus(deps: OperatorDeps, wanted: ActionOf<"setDomainStatus">): Promise<object> {
  const { accountId, domainName, complianceStatus } = wanted;
  await deps.domains.setComplianceStatus(accountId, sendingDomainName(domainName), complianceStatus);
  return {};
}

async function decideDomain(deps: OperatorDeps, wanted: ActionOf<"decideDomain">): Promise<object> {
  const { accountId, domainName, decision, reasons } = wanted;
  const decided = await deps.domains.change(
    { accountId, name: sendingDomainName(domainName) },
    {
      ...{ complianceStatus: decision, reviewReasons: reasons },
      ...(decision === "compliant" && { approvedAt: deps.clock.now() }),
    },
  );
  await tellOwner(deps, decided);
  return { domainId: decided.id, complianceStatus: decided.complianceStatus };
}

async function setDomainSettings(deps: OperatorDeps, wanted: ActionOf<"setDomainSettings">): Promise<object> {
  const { action: _action, accountId, domainId, ...settings } = wanted;
  const domain = await deps.domains.get(accountId, domainId);
  if (settings.autoBcc !== undefined && domain !== undefined && !mayHaveAutoBcc(domain)) {
    throw new PosternError("invalid_request", { messages: ["autoBcc: not on demo domains"] });
  }
  const { name } = await deps.domains.changeSettings(accountId, domainId, withoutUndefined(settings));
  return { domainId, domainName: name };
}

async function setLimits(deps: OperatorDeps, wanted: ActionOf<"setLimits">): Promise<object> {
  const { action: _action, accountId, emailsPerMonth, emailsPerDay, ...limits } = wanted;
  await deps.accounts.setLimits(accountId, withoutUndefined(limits));
  if (emailsPerMonth !== undefined || emailsPerDay !== undefined) {
    await deps.quota.setLimits(accountId, { monthLimit: emailsPerMonth, dayLimit: emailsPerDay });
  }
  return {};
}

async function recordFeedbackReport({ events, clock }: OperatorDeps, report: string): Promise<object> {
  const complaint = complaintInReport(report, clock.now());
  if (complaint === undefined) return { isComplaint: false };
  await events.put([complaint]);
  const { accountId, messageId } = complaint;
  return { isComplaint: true, accountId, messageId };
}

function mistakesIn(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.join(".") || "event"}: ${message}`);
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function withoutUndefined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}
