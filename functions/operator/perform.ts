import type * as z from "zod";
import type { AccountStore } from "../../shared/accounts/account-store.ts";
import type { AuditStore } from "../../shared/accounts/audit-store.ts";
import { changePlan } from "../../shared/billing/change-plan.ts";
import { createAccount } from "../../shared/billing/create-account.ts";
import type { UsageAnswer } from "../../shared/contracts/operator-answers.ts";
import { complaintInReport } from "../../shared/delivery/complaint-in-report.ts";
import { type AddDomainDeps, addDomain } from "../../shared/domains/add-domain.ts";
import type { DemoDomainStore } from "../../shared/domains/demo-domain-store.ts";
import { sendingDomainName } from "../../shared/domains/domain-name.ts";
import type { DomainStore } from "../../shared/domains/domain-store.ts";
import { type TellOwnerDeps, tellOwner } from "../../shared/domains/tell-owner.ts";
import type { EventsQueueClient } from "../../shared/messages/events-queue-client.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { QuotaStore } from "../../shared/quota/quota-store.ts";
import { type AccessDeps, acceptInvitation, makeOrganization, makeToken, makeUser } from "./access.ts";
import {
  type LookDeps,
  listAccounts,
  listDomains,
  noAccount,
  reviewQueue,
  showAccount,
  usageOf,
} from "./accounts.ts";
import { type Action, type ActionOf, actionSchema } from "./actions.ts";
import { type DoctorDeps, examine } from "./doctor/examine.ts";
import { noteAction } from "./note.ts";
import { listDeadLetters, type QueueDeps, queueDepths, replayDeadLetters } from "./queues.ts";
import {
  liftSuspension,
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
    LookDeps,
    QueueDeps,
    SuspensionDeps {
  readonly domains: DomainStore;
  readonly demoDomains: DemoDomainStore;
  readonly accounts: AccountStore;
  readonly quota: QuotaStore;
  readonly events: EventsQueueClient;
  readonly audits: Pick<AuditStore, "add">;
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
  const answer = await done(deps, parsed.data);
  await noteAction(deps, parsed.data, answer as Record<string, unknown>);
  return answer;
}

async function done(deps: OperatorDeps, wanted: Action): Promise<object> {
  switch (wanted.action) {
    case "createAccount":
      return makeAccount(deps, wanted);
    case "createToken":
      await mustExist(deps, wanted.accountId);
      return makeToken(deps, wanted);
    case "createOrganization":
      await mustExist(deps, wanted.accountId);
      return makeOrganization(deps, wanted);
    case "createUser":
      await mustExist(deps, wanted.accountId);
      return makeUser(deps, wanted);
    case "acceptInvitation":
      return acceptInvitation(deps, wanted);
    case "addDomain":
      return makeDomain(deps, wanted);
    case "setDomainStatus":
      return setDomainStatus(deps, wanted);
    case "decideDomain":
      return decideDomain(deps, wanted);
    case "setDomainSettings":
      return setDomainSettings(deps, wanted);
    case "setAccountStatus":
      return setAccountStatus(deps, wanted);
    case "suspend":
      return suspendSending(deps, wanted);
    case "lift":
      return liftSuspension(deps, wanted);
    case "noteAnswer":
      return noteOwnersAnswer(deps, wanted);
    case "showStanding":
      return showStanding(deps, wanted.accountId);
    case "setLimits":
      return setLimits(deps, wanted);
    case "setPlan":
      return setPlan(deps, wanted);
    case "usage":
      return usage(deps, wanted.accountId);
    case "listAccounts":
      return listAccounts(deps, wanted);
    case "showAccount":
      return showAccount(deps, wanted.accountId);
    case "listDomains":
      return listDomains(deps, wanted.accountId);
    case "reviewQueue":
      return reviewQueue(deps);
    case "queueDepths":
      return queueDepths(deps);
    case "listDeadLetters":
      return listDeadLetters(deps, wanted);
    case "replayDeadLetters":
      return replayDeadLetters(deps, wanted);
    case "examine":
      return examine(deps.doctor, wanted);
    case "recordFeedbackReport":
      return recordFeedbackReport(deps, wanted.report);
  }
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
  const { id } = await createAccount(deps, account, (accountId) =>
    deps.demoDomains.openingWrites(accountId, deps.mailHost),
  );
  return { accountId: id };
}

async function makeDomain(deps: OperatorDeps, wanted: ActionOf<"addDomain">): Promise<object> {
  const { accountId, domainName, complianceStatus } = wanted;
  await mustExist(deps, accountId);
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

async function setPlan(deps: OperatorDeps, wanted: ActionOf<"setPlan">): Promise<object> {
  const { planName, from } = await changePlan(deps, wanted);
  return { planName, from: from === undefined ? "now" : new Date(from).toISOString() };
}

async function usage(deps: OperatorDeps, accountId: number): Promise<object> {
  return { accountId, ...(await knownUsage(deps, accountId)) };
}

async function recordFeedbackReport({ events, clock }: OperatorDeps, report: string): Promise<object> {
  const complaint = complaintInReport(report, clock.now());
  if (complaint === undefined) return { isComplaint: false };
  await events.put([complaint]);
  const { accountId, messageId } = complaint;
  return { isComplaint: true, accountId, messageId };
}

async function knownUsage(deps: OperatorDeps, accountId: number): Promise<UsageAnswer> {
  const numbers = await usageOf(deps, accountId);
  if (numbers === undefined) throw noAccount(accountId);
  return numbers;
}

async function mustExist(deps: OperatorDeps, accountId: number): Promise<void> {
  if ((await deps.accounts.get(accountId)) === undefined) throw noAccount(accountId);
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
