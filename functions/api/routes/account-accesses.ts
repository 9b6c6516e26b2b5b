import * as z from "zod";
import {
  type Access,
  changedResources,
  type PermissionChange,
  reachesDomain,
} from "../../../shared/accounts/access.ts";
import type { AccessStore } from "../../../shared/accounts/access-store.ts";
import type { Account } from "../../../shared/accounts/account.ts";
import type { AccountStore } from "../../../shared/accounts/account-store.ts";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { shownName, signInvitation } from "../../../shared/accounts/invitation.ts";
import { planNamed } from "../../../shared/billing/plans.ts";
import { recipientPages } from "../../../shared/contracts/recipient-pages.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import type { OwnerEmailClient } from "../../../shared/notifications/owner-email-client.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import type { LinkKeyClient } from "../../../shared/tracking/link-key-client.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";
import {
  accessQuery,
  accessSchema,
  bulkSchema,
  changesOf,
  domainFilter,
  inviteSchema,
  shownAccess,
  shownResources,
} from "./access-fields.ts";

export interface AccountAccessDeps {
  readonly accounts: Pick<AccountStore, "tokens" | "forgetAccess">;
  readonly accesses: AccessStore;
  readonly domains: Pick<DomainStore, "list">;
  readonly email: Pick<OwnerEmailClient, "send">;
  readonly linkKeys: LinkKeyClient;
  /** Base URL of the host on which invitations are accepted, without a trailing slash. */
  readonly pagesUrl: string;
}

const topic = "Account accesses";

/** Users and invitations: who has access to an account, and to what of it. */
export function accountAccessRoutes(deps: AccountAccessDeps): ApiRoute[] {
  return [listRoute(deps), inviteRoute(deps), deleteRoute(deps), bulkRoute(deps)];
}

function listRoute({ accesses }: AccountAccessDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/account_accesses", topic, access: "account admin" },
    summary: "List users and invitations; with filters, those who have access to these domains",
    query: accessQuery,
    responses: { 200: z.array(accessSchema) },
    async handle(request) {
      const domainIds = domainFilter(request.query);
      const all = await accesses.list(request.account.id);
      const asked = all.filter((access) => domainIds?.some((id) => reachesDomain(access, id)) ?? true);
      return { status: 200, body: asked.map((access) => shownAccess(access, request, request.access)) };
    },
  });
}

function inviteRoute(deps: AccountAccessDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/account_accesses", topic, access: "account admin", isExtension: true },
    // It writes to people who have not asked for it.
    pool: "invitations",
    summary: "Invite somebody to what the permissions say, or invite him anew",
    description:
      "He gets an email with a link, which can be used once and ends with the invitation. Who is invited already gets another one; the link before it is over then.",
    body: inviteSchema,
    responses: { 201: accessSchema },
    async handle(request) {
      const { account, body } = request;
      const changes = changesOf(body.permissions);
      await checkResources(deps, account.id, changes);
      const invited = await deps.accesses.invite({
        ...{ accountId: account.id, email: body.email, mostUsers: planNamed(account.planName).users },
        resources: changedResources([], changes),
      });
      await tell(deps, invited, account);
      const shown = shownAccess(invited, request, request.access);
      const after = { email: invited.email, resources: shown.resources };
      return { status: 201, body: shown, audit: auditNote({ ...noted(invited, "invited"), after }) };
    },
  });
}

/** An invitation of which nobody hears is none; one that was told before stays, without a link. */
async function tell(deps: AccountAccessDeps, invited: Access, account: Account): Promise<void> {
  const { accountId, id: accessId, invitationId = "", invitedUntil = 0 } = invited;
  try {
    const key = await deps.linkKeys.key();
    const token = signInvitation({ accountId, accessId, invitationId }, invitedUntil, key);
    const link = deps.pagesUrl + recipientPages.invitation.path + token;
    await deps.email.send({ to: invited.email, ...invitation(account, link, invitedUntil) });
  } catch (error) {
    if (invited.version === 0) await deps.accesses.remove(accountId, accessId);
    throw error;
  }
}

function invitation(account: Account, link: string, until: number): { subject: string; text: string } {
  const name = shownName(account.name);
  return {
    subject: `You are invited to ${name}`,
    text: [
      `You are invited to the account "${name}". To accept, open this page and confirm:`,
      `  ${link}`,
      `The link works once, until ${new Date(until).toISOString()}. Whoever has it can accept in your place, so keep it to yourself.`,
      "If you do not know what this is about, do nothing: without your consent nobody has access by your address.\n",
    ].join("\n\n"),
  };
}

function deleteRoute({ accounts, accesses }: AccountAccessDeps): ApiRoute {
  return route({
    ...{ method: "DELETE", path: "/account_accesses/{id}", topic, access: "account admin" },
    summary: "Remove a user or an invitation; the user's tokens go with it",
    responses: { 200: z.object({ id: z.int() }) },
    async handle(request) {
      const { accountId, id, owner } = await found(accesses, request);
      if (owner) throw new PosternError("forbidden");
      const removed = await accesses.remove(accountId, id);
      accounts.forgetAccess(removed);
      await accounts.tokens.removeOfUser(accountId, id);
      const before = { email: removed.email, resources: shownResources(removed, request) };
      return { status: 200, body: { id }, audit: auditNote({ ...noted(removed, "removed"), before }) };
    },
  });
}

function bulkRoute(deps: AccountAccessDeps): ApiRoute {
  const { accounts, accesses } = deps;
  return route({
    ...{ method: "PUT", path: "/account_accesses/{id}/permissions/bulk", access: "account admin" },
    topic: "Permissions",
    summary: "Change what a user or an invited one may: set by type and id of a resource, or destroyed",
    body: bulkSchema,
    responses: { 200: z.object({ message: z.string() }) },
    async handle(request) {
      const before = await found(accesses, request);
      if (before.owner || before.id === request.access?.id) throw new PosternError("forbidden");
      const changes = changesOf(request.body.permissions);
      await checkResources(deps, before.accountId, changes);
      const after = await accesses.setResources(before.accountId, before.id, ({ resources }) =>
        changedResources(resources, changes),
      );
      accounts.forgetAccess(after);
      const audit = auditNote({
        ...noted(after, "permissions_updated"),
        before: { resources: shownResources(before, request) },
        after: { resources: shownResources(after, request) },
      });
      return { status: 200, body: { message: "Permissions have been updated!" }, audit };
    },
  });
}

function noted({ id, kind, email }: Access, verb: string) {
  return { type: kind === "User" ? "user" : "invite", verb, id, name: email };
}

/** @throws PosternError `not_found` */
async function found(
  accesses: AccessStore,
  { account, params: { id = "" } }: Pick<ApiRequest, "account" | "params">,
): Promise<Access> {
  const access = /^\d{1,15}$/.test(id) ? await accesses.get(account.id, Number(id)) : undefined;
  if (access === undefined) throw new PosternError("not_found");
  return access;
}

/** @throws PosternError `not_found` for what is not the account's; taking it away is no matter */
async function checkResources(
  { domains }: Pick<AccountAccessDeps, "domains">,
  accountId: number,
  changes: readonly PermissionChange[],
): Promise<void> {
  const own = new Set((await domains.list(accountId)).map(({ id }) => id));
  const isOwn = ({ resourceType, resourceId }: PermissionChange) =>
    resourceType === "domain" ? own.has(resourceId) : resourceId === accountId;
  if (changes.some((change) => change.accessLevel !== undefined && !isOwn(change))) {
    throw new PosternError("not_found");
  }
}
