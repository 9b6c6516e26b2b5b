import * as z from "zod";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { planNamed } from "../../../shared/billing/plans.ts";
import { addDomain } from "../../../shared/domains/add-domain.ts";
import { checkDomain } from "../../../shared/domains/check-domain.ts";
import { isOperators } from "../../../shared/domains/domain-name.ts";
import { recordsOf } from "../../../shared/domains/domain-records.ts";
import { keysOutliveMs } from "../../../shared/domains/domain-store.ts";
import type { DomainWork } from "../../../shared/domains/domain-work.ts";
import { removeDomain } from "../../../shared/domains/remove-domain.ts";
import type { DomainSettings, SendingDomain } from "../../../shared/domains/sending-domain.ts";
import { setupInstructions } from "../../../shared/domains/setup-instructions.ts";
import { tellOwner } from "../../../shared/domains/tell-owner.ts";
import type { OwnerEmailClient } from "../../../shared/notifications/owner-email-client.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";
import { domainToChange, domainToSee } from "./domain-access.ts";
import {
  blankNameMessage,
  changedDomainSchema,
  domainSchema,
  newDomainSchema,
  questionnaireSchema,
  setupEmailSchema,
  shownDomain,
} from "./domain-fields.ts";

export interface DomainDeps {
  readonly domainWork: DomainWork;
  readonly email: Pick<OwnerEmailClient, "send">;
}

const topic = "Domains";

/** Sending domains: what may stand in From, and what it takes. */
export function domainRoutes(deps: DomainDeps): ApiRoute[] {
  return [
    listRoute(deps),
    createRoute(deps),
    getRoute(deps),
    changeRoute(deps),
    deleteRoute(deps),
    instructionsRoute(deps),
    checkRoute(deps),
    questionnaireRoute(deps),
  ];
}

function listRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/domains", topic, access: "any token" },
    summary: "Lists the domains that the token may see",
    responses: { 200: z.object({ data: z.array(domainSchema) }) },
    handle: async (request) => {
      const all = await domainWork.domains.list(request.account.id);
      const seen = all.filter(({ id }) => request.permissions.onDomain(id) >= 10);
      return { status: 200, body: { data: seen.map((domain) => shown(domainWork, request, domain)) } };
    },
  });
}

function createRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/domains", topic, access: "account admin" },
    summary: "Adds a domain",
    body: newDomainSchema,
    responses: { 200: domainSchema },
    handle: async (request) => {
      const typedName = request.body?.domain_name ?? "";
      if (typedName.trim() === "") throw fieldErrors({ base: [blankNameMessage] });
      const accountId = request.account.id;
      await checkTurnover(domainWork, request);
      const wanted = { accountId, typedName, complianceStatus: "unverified_dns" } as const;
      const domain = await addDomain(domainWork, wanted, (name, all) =>
        checkNew(domainWork, request, name, all),
      );
      const body = shown(domainWork, request, domain);
      return { status: 200, body, audit: noted(domain, "created", { after: { domain_name: domain.name } }) };
    },
  });
}

/** An account may in any case delete so many domains a week and add others. */
const leastTurnover = 10;

/**
 * The keys of deleted domains stay published for a while, in a zone that has room for so many, and all accounts' are in
 * it: nobody may fill it by adding and deleting.
 *
 * @throws PosternError `validation_failed` for who deletes more domains than he may have
 */
async function checkTurnover(
  { checks, clock }: DomainWork,
  { account }: Pick<ApiRequest, "account">,
): Promise<void> {
  const most = Math.max(leastTurnover, planNamed(account.planName).domains);
  const since = clock.now() - keysOutliveMs;
  const deleted = (await checks.listDeleted(account.id)).filter(({ deletedAt }) => deletedAt > since);
  if (deleted.length >= most) throw fieldErrors({ base: ["Too many domains were deleted within a week"] });
}

/**
 * @throws PosternError `validation_failed` for the operator's own, a domain that is there already, and one more than
 * the plan has
 */
function checkNew(
  { mailHost }: Pick<DomainWork, "mailHost">,
  { account }: Pick<ApiRequest, "account">,
  name: string,
  all: readonly SendingDomain[],
): void {
  if (isOperators(name, mailHost)) throw fieldErrors({ domain_name: ["belongs to this service"] });
  const own = all.filter(({ demo }) => !demo);
  const same = own.find((domain) => domain.name === name);
  // Whose making was cut off is there, and is completed.
  if (same !== undefined && same.setUpAt === undefined) return;
  if (same !== undefined) throw fieldErrors({ domain_name: ["has already been taken"] });
  const { domains: most } = planNamed(account.planName);
  if (own.length >= most) throw fieldErrors({ base: [`Your plan's limit of domains is reached: ${most}`] });
}

function getRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/domains/{id}", topic, access: "any token" },
    summary: "Shows a domain with its DNS records",
    responses: { 200: domainSchema },
    handle: async (request) => ({
      status: 200,
      body: shown(domainWork, request, await domainToSee(domainWork, request)),
    }),
  });
}

function changeRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "PATCH", path: "/domains/{id}", topic, access: "any token" },
    summary: "Changes a domain's settings",
    body: changedDomainSchema,
    responses: { 200: domainSchema },
    handle: async (request) => {
      const domain = await domainToChange(domainWork, request);
      const { family } = planNamed(request.account.planName);
      const settings = settingsOf(domain, request.body ?? {}, { isPaid: family !== "free" });
      // Somebody else may be changing the others.
      const differing = Object.entries(settings).filter(
        ([name, value]) => domain[name as keyof DomainSettings] !== value,
      );
      const changes: Partial<DomainSettings> = Object.fromEntries(differing);
      const changed = await domainWork.domains.changeSettings(domain.accountId, domain.id, changes);
      const body = shown(domainWork, request, changed);
      const before = withoutRecords(shown(domainWork, request, domain));
      return { status: 200, body, audit: noted(changed, "updated", { before, after: withoutRecords(body) }) };
    },
  });
}

type Wanted = NonNullable<z.output<typeof changedDomainSchema>>;

/**
 * What the settings become; clicks bring the domain's own tracking host with them.
 *
 * @throws PosternError `validation_failed` for what the plan does not have, or what makes no sense together
 */
function settingsOf(before: DomainSettings, wanted: Wanted, { isPaid }: { isPaid: boolean }): DomainSettings {
  const clickTracking = wanted.click_tracking_enabled ?? before.clickTracking;
  const startsClicks = clickTracking && !before.clickTracking;
  const after: DomainSettings = {
    openTracking: wanted.open_tracking_enabled ?? before.openTracking,
    clickTracking,
    trackingOptOut: wanted.tracking_opt_out_enabled ?? before.trackingOptOut,
    unsubscribeLink: wanted.auto_unsubscribe_link_enabled ?? before.unsubscribeLink,
    customTracking: wanted.custom_domain_tracking_enabled ?? (startsClicks || before.customTracking),
    ...alertsOf(before, wanted),
  };
  if (!isPaid && wanted.click_tracking_enabled === true) {
    throw fieldErrors({ click_tracking_enabled: ["is not available on your plan"] });
  }
  if (!isPaid && wanted.custom_domain_tracking_enabled === true) {
    throw fieldErrors({ custom_domain_tracking_enabled: ["is not available on your plan"] });
  }
  if (after.openTracking || after.clickTracking) return after;
  if (wanted.tracking_opt_out_enabled === true) {
    throw fieldErrors({ tracking_opt_out_enabled: ["requires open or click tracking"] });
  }
  return { ...after, trackingOptOut: false };
}

function alertsOf(before: DomainSettings, wanted: Wanted) {
  const { alert_recipient_email: recipient = before.alertRecipient } = wanted;
  return {
    healthAlerts: wanted.health_alerts_enabled ?? before.healthAlerts,
    criticalAlerts: wanted.critical_alerts_enabled ?? before.criticalAlerts,
    alertRecipient: recipient,
  };
}

function deleteRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "DELETE", path: "/domains/{id}", topic, access: "any token" },
    summary: "Deletes a domain; its history stays",
    responses: { 204: undefined },
    handle: async (request) => {
      const domain = await domainToChange(domainWork, request);
      await removeDomain(domainWork, domain);
      return { status: 204, audit: noted(domain, "deleted", { before: { domain_name: domain.name } }) };
    },
  });
}

function instructionsRoute({ domainWork, email }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/domains/{id}/send_setup_instructions", topic, access: "any token" },
    // It writes to people who have not asked for it.
    pool: "setup instructions",
    summary: "Emails the DNS records to whoever sets them",
    body: setupEmailSchema,
    responses: { 204: undefined },
    handle: async (request) => {
      const domain = await domainToChange(domainWork, request);
      const records = recordsOf(domain, domainWork.mailHost);
      await email.send({ to: request.body.email, ...setupInstructions(domain.name, records) });
      const after = { email: request.body.email };
      return { status: 204, audit: noted(domain, "setup_instructions_sent", { after }) };
    },
  });
}

function checkRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/domains/{id}/check", topic, access: "any token", isExtension: true },
    summary: "Looks at a domain's DNS records now",
    responses: { 200: domainSchema },
    handle: async (request) => {
      const domain = await domainToChange(domainWork, request);
      const checked = await checkDomain(domainWork, domain);
      const body = shown(domainWork, request, checked);
      // What the service decides by it has an entry of its own.
      return { status: 200, body, audit: noted(domain, "checked", {}) };
    },
  });
}

function questionnaireRoute({ domainWork }: DomainDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/domains/{id}/questionnaire", topic, access: "any token", isExtension: true },
    summary: "Answers what a domain's review asks",
    body: questionnaireSchema,
    responses: { 200: domainSchema },
    handle: async (request) => {
      const domain = await domainToChange(domainWork, request);
      if (domain.complianceStatus !== "awaiting_questionnaire") {
        throw fieldErrors({ base: ["No questionnaire is awaited"] });
      }
      const questionnaire = { at: domainWork.clock.now(), answers: request.body.questionnaire };
      const complianceStatus = "awaiting_card_verification";
      const changed = await domainWork.domains.changeIfStill(domain, { questionnaire, complianceStatus });
      if (changed === undefined) throw new PosternError("not_found");
      const body = shown(domainWork, request, await tellOwner(domainWork, changed));
      const after = request.body.questionnaire;
      return { status: 200, body, audit: noted(domain, "questionnaire_answered", { after }) };
    },
  });
}

function noted(
  { id, name }: SendingDomain,
  verb: string,
  change: { before?: Record<string, unknown>; after?: Record<string, unknown> },
) {
  return auditNote({ type: "sending_domain", verb, id, name, ...change });
}

/** What a customer sets, without what the DNS has. */
function withoutRecords({ dns_records: _records, ...fields }: z.output<typeof domainSchema>) {
  return fields;
}

function shown(
  { mailHost }: Pick<DomainWork, "mailHost">,
  { permissions }: Pick<ApiRequest, "permissions">,
  domain: SendingDomain,
) {
  return shownDomain(domain, { mailHost, level: permissions.onDomain(domain.id) });
}
