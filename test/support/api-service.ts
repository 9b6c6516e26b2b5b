import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { apiDoor } from "../../functions/api/door/door.ts";
import type { ApiRoute } from "../../functions/api/door/route.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import type { HttpEvent } from "../../shared/platform/http.ts";
import type { SendService } from "./send-service.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed, where it is JSON; the text otherwise. */
  readonly body: unknown;
}

export type ApiClient = (
  method: string,
  path: string,
  options?: { token?: string | undefined; body?: unknown; headers?: Record<string, string> },
) => Promise<ApiAnswer>;

/**
 * The account API's door over some routes, as its clients see it, and over the stores of a send service. An
 * answer that differs from what its route says of it fails the test.
 */
export function apiClient(
  { accounts, rates, dynamo, deps: { clock } }: SendService,
  routes: readonly ApiRoute[],
): ApiClient {
  const client = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  const audits = auditStore({ client, table: "Accounts", clock });
  const door = apiDoor({ accounts, rates, audits, tellAudit: async () => undefined }, routes.map(checked));
  return async (method, path, options) => {
    const { statusCode, headers: answered, body: text } = await door(apiEvent(method, path, options));
    const isJson = answered["content-type"]?.startsWith("application/json") === true;
    return { status: statusCode, headers: answered, body: isJson ? JSON.parse(text) : text };
  };
}

function checked(route: ApiRoute): ApiRoute {
  return {
    ...route,
    handle: async (request) => {
      const answer = await route.handle(request);
      if (!(answer.status in route.responses)) {
        throw new Error(`${route.method} ${route.path} does not say that it answers ${answer.status}`);
      }
      const schema: z.ZodType | undefined = route.responses[answer.status];
      if (schema === undefined && answer.body !== undefined) {
        throw new Error(`${route.method} ${route.path} answers a body that it does not describe`);
      }
      const changed = route.method !== "GET" && answer.status < 300 && route.changesNothing !== true;
      if (changed && answer.audit === undefined) {
        throw new Error(`${route.method} ${route.path} has nothing for the audit log`);
      }
      schema?.parse(JSON.parse(JSON.stringify(answer.body)));
      return answer;
    },
  };
}

/** A request as the HTTP API hands it to the function. */
export function apiEvent(
  method: string,
  path: string,
  { token, body, headers = {} }: Parameters<ApiClient>[2] & object = {},
): HttpEvent {
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  return {
    rawPath,
    rawQueryString,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
    requestContext: { http: { method, sourceIp: "192.0.2.7" } },
  };
}
