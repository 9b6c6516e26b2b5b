import type { AccountStore } from "../../../shared/accounts/account-store.ts";
import { type Permissions, permissionsOf } from "../../../shared/accounts/permissions.ts";
import type { RateLimitStore } from "../../../shared/accounts/rate-limit-store.ts";
import { asPosternError, PosternError } from "../../../shared/platform/errors.ts";
import { failureOf } from "../../../shared/platform/failure.ts";
import { type HttpEvent, type HttpResponse, jsonResponse, tokenOf } from "../../../shared/platform/http.ts";
import { logger } from "../../../shared/platform/observability.ts";
import { type AuditDeps, audited } from "./audit.ts";
import { accountErrorResponse } from "./errors.ts";
import { readRequest } from "./read-request.ts";
import type { Access, ApiAnswer, ApiRoute } from "./route.ts";
import { type RouteMatch, router } from "./router.ts";

export interface DoorDeps extends AuditDeps {
  readonly accounts: Pick<AccountStore, "findByToken">;
  readonly rates: Pick<RateLimitStore, "take" | "takeFromPool">;
}

/** The account API's door: who asks, whether he may, how often, and in which form he reads what went wrong. */
export function apiDoor(
  deps: DoorDeps,
  routes: readonly ApiRoute[],
): (event: HttpEvent) => Promise<HttpResponse> {
  const find = router(routes);
  return async (event) => {
    const headers: Record<string, string> = {};
    try {
      const match = find(event.requestContext.http.method, event.rawPath);
      return rendered(await answer(deps, match, event, headers), headers);
    } catch (thrown) {
      const error = asPosternError(thrown);
      if (error.code === "internal") logger.error("a request failed", { failure: failureOf(thrown) });
      const response = accountErrorResponse(error);
      return { ...response, headers: { ...response.headers, ...headers } };
    }
  };
}

async function answer(
  deps: DoorDeps,
  match: RouteMatch,
  event: HttpEvent,
  headers: Record<string, string>,
): Promise<ApiAnswer> {
  const { accounts, rates } = deps;
  const { route, params, accountId } = match;
  const secret = tokenOf(event);
  const customer = secret === undefined ? undefined : await accounts.findByToken(secret);
  if (customer === undefined) throw new PosternError("unauthorized");
  const { account, token } = customer;
  headers["x-ratelimit-limit"] = String(account.limits.requestsPer10Seconds);
  headers["x-ratelimit-remaining"] = "0";
  headers["x-ratelimit-remaining"] = String(await rates.take(account, token));
  if (route.pool !== undefined) await rates.takeFromPool(account, route.pool);
  if (accountId !== undefined && accountId !== String(account.id)) throw new PosternError("forbidden");
  if (account.status === "banned" && route.method !== "GET") throw new PosternError("account_banned");
  const permissions = permissionsOf(token);
  if (!isLetIn(permissions, route.access)) throw new PosternError("forbidden");
  const named = accountId !== undefined;
  const request = { ...customer, permissions, params, namesAccount: named, ...readRequest(route, event) };
  return await audited(deps, customer, match, () => route.handle(request));
}

function isLetIn({ account }: Permissions, access: Access): boolean {
  switch (access) {
    case "any token":
      return true;
    case "account viewer":
      return account >= 10;
    case "account admin":
      return account >= 100;
  }
}

function rendered({ status, body, text, headers = {} }: ApiAnswer, usual: Record<string, string>) {
  if (body !== undefined) return jsonResponse(status, body, { ...usual, ...headers });
  return { statusCode: status, headers: { ...usual, ...headers }, body: text ?? "" };
}
