import * as z from "zod";
import type { AccountStore } from "../../../shared/accounts/account-store.ts";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { type Permissions, permissionsOf } from "../../../shared/accounts/permissions.ts";
import type { Token, TokenResource } from "../../../shared/accounts/token.ts";
import { expiryOf, lastOf } from "../../../shared/accounts/token-rules.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { actorOf } from "../door/audit.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";
import {
  grantOf,
  nameErrors,
  newTokenSchema,
  resetTokenSchema,
  shownToken,
  tokenSchema,
  tokenWithSecretSchema,
} from "./token-fields.ts";

export interface ApiTokenDeps {
  readonly accounts: Pick<AccountStore, "tokens">;
  readonly domains: Pick<DomainStore, "list">;
  readonly clock: Clock;
}

const topic = "API tokens";
const noPermissions = "No permissions selected. Please choose at least one.";

/** API tokens: who may ask and send, and until when. */
export function apiTokenRoutes(deps: ApiTokenDeps): ApiRoute[] {
  return [listRoute(deps), getRoute(deps), createRoute(deps), resetRoute(deps), deleteRoute(deps)];
}

function listRoute({ accounts }: ApiTokenDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/api_tokens", topic, access: "any token" },
    summary: "List the tokens that the token may see, expired ones for some time, too; never their secrets",
    responses: { 200: z.array(tokenSchema) },
    async handle(request) {
      const all = await accounts.tokens.list(request.account.id);
      const seen = all.filter((token) => isSeen(token, request.permissions));
      return { status: 200, body: seen.map((token) => shownToken(token, request)) };
    },
  });
}

function getRoute({ accounts }: ApiTokenDeps): ApiRoute {
  return route({
    ...{ method: "GET", path: "/api_tokens/{id}", topic, access: "any token" },
    summary: "Get a token, without its secret",
    responses: { 200: tokenSchema },
    async handle(request) {
      const token = await accounts.tokens.get(request.account.id, idOf(request.params));
      if (token === undefined || !isSeen(token, request.permissions)) throw new PosternError("not_found");
      return { status: 200, body: shownToken(token, request) };
    },
  });
}

function createRoute({ accounts, domains, clock }: ApiTokenDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/api_tokens", topic, access: "account admin" },
    summary:
      "Create a token; only this answer shows its secret. It expires in a year unless `expires_at` says otherwise",
    body: newTokenSchema,
    responses: { 200: tokenWithSecretSchema },
    async handle(request) {
      const { account, body } = request;
      const wrong = nameErrors(body.name);
      const asked = body.resources ?? [];
      const base = asked.length === 0 ? [noPermissions] : [];
      const own = asked.length === 0 ? [] : (await domains.list(account.id)).map(({ id }) => id);
      const resources = asked.map((one) => resourceOf(one, account.id, own));
      const unknown = resources.includes(undefined) ? ["is invalid"] : [];
      checkFields({ name: wrong, base, resources: unknown });
      const { token, secret } = await accounts.tokens.create(account.id, {
        name: String(body.name).trim(),
        resources: resources.filter((resource) => resource !== undefined),
        expiresAt: expiryOf(body.expires_at, clock.now()),
        createdBy: actorOf(request).name,
      });
      const shown = shownToken(token, request);
      const audit = auditNote({ ...noted(token, "created"), after: { ...shown, token: secret } });
      return { status: 200, body: { ...shown, token: secret }, audit };
    },
  });
}

function resetRoute({ accounts, clock }: ApiTokenDeps): ApiRoute {
  return route({
    ...{ method: "POST", path: "/api_tokens/{id}/reset", topic, access: "account admin" },
    summary:
      "Replace a token by one with the same permissions, which the asking one must have; the old one works for 12 more hours",
    body: resetTokenSchema,
    responses: { 200: tokenWithSecretSchema },
    async handle(request) {
      const id = { accountId: request.account.id, tokenId: idOf(request.params) };
      const asked = await accounts.tokens.get(id.accountId, id.tokenId);
      if (asked === undefined) throw new PosternError("not_found");
      if (!mayHold(request, asked)) throw new PosternError("forbidden");
      const wanted = {
        expiresAt: expiryOf(request.body.expires_at, clock.now()),
        createdBy: actorOf(request).name,
      };
      const { old, token, secret } = await accounts.tokens.reset(id, wanted);
      const shown = shownToken(token, request);
      const before = { ...shownToken(old, request), token: "old" };
      const audit = auditNote({ ...noted(old, "reset"), before, after: { ...shown, token: secret } });
      return { status: 200, body: { ...shown, token: secret }, audit };
    },
  });
}

function deleteRoute({ accounts, domains, clock }: ApiTokenDeps): ApiRoute {
  return route({
    ...{ method: "DELETE", path: "/api_tokens/{id}", topic, access: "account admin" },
    summary: "Delete a token; the last one of a domain cannot go",
    responses: { 204: undefined },
    async handle(request) {
      const accountId = request.account.id;
      const own = (await domains.list(accountId)).filter(({ demo }) => !demo);
      const id = { accountId, tokenId: idOf(request.params) };
      const removed = await accounts.tokens.remove(id, (token, others) => {
        const [left] = lastOf(token, others, own, clock.now());
        if (left)
          throw fieldErrors({ base: [`Token is the last one of ${left.name} and cannot be deleted`] });
      });
      const audit = auditNote({ ...noted(removed, "deleted"), before: shownToken(removed, request) });
      return { status: 204, audit };
    },
  });
}

function noted({ id, name }: Token, verb: string) {
  return { type: "api_token", verb, id, name };
}

/** A token sees all of the account's if it sees the account, and otherwise those that see no more than it does. */
function isSeen(token: Token, permissions: Permissions): boolean {
  if (permissions.account >= 10) return true;
  const { visibleDomains = [] } = permissionsOf(token);
  const isOfDomains = token.resources.every(({ resourceType }) => resourceType === "domain");
  return (
    isOfDomains && visibleDomains.length > 0 && visibleDomains.every((id) => permissions.onDomain(id) >= 10)
  );
}

/**
 * Whether whoever resets a token may learn its new secret. Beyond the account lie an organization, and what only the
 * user may for whom a token acts.
 */
function mayHold(
  { access, permissions }: Pick<ApiRequest, "access" | "permissions">,
  { accessId, resources }: Token,
): boolean {
  if (accessId !== undefined && accessId !== access?.id) return false;
  return resources.every(
    ({ resourceType, resourceId, accessLevel }) =>
      resourceType !== "organization" || permissions.onOrganization(resourceId) >= accessLevel,
  );
}

/** Undefined for what is not the account's, or no sense. */
function resourceOf(
  asked: object,
  accountId: number,
  ownDomains: readonly number[],
): TokenResource | undefined {
  const grant = grantOf(asked);
  if (grant === undefined) return undefined;
  const { type, id, level: accessLevel } = grant;
  if (type === "account" && id === accountId) return { resourceType: type, resourceId: id, accessLevel };
  const isOwn = type === "domain" && ownDomains.includes(id);
  return isOwn ? { resourceType: type, resourceId: id, accessLevel } : undefined;
}

function checkFields(fields: Readonly<Record<string, readonly string[]>>): void {
  const wrong = Object.entries(fields).filter(([, messages]) => messages.length > 0);
  if (wrong.length > 0) throw fieldErrors(Object.fromEntries(wrong));
}

/** What no number is, no token has. */
function idOf({ id = "" }: Readonly<Record<string, string>>): number {
  if (!/^\d{1,15}$/.test(id)) throw new PosternError("not_found");
  return Number(id);
}
