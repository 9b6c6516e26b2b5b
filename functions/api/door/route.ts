import type * as z from "zod";
import type { Access as UserAccess } from "../../../shared/accounts/access.ts";
import type { Account } from "../../../shared/accounts/account.ts";
import type { AuditNote } from "../../../shared/accounts/audit.ts";
import type { Permissions } from "../../../shared/accounts/permissions.ts";
import type { Pool } from "../../../shared/accounts/pools.ts";
import type { Token } from "../../../shared/accounts/token.ts";

/**
 * Whom a route lets in. `any token`: whatever the token may see, the route shows it no more than that.
 * `account viewer`, `account admin`: tokens with that level on the whole account.
 */
export type Access = "any token" | "account viewer" | "account admin";

type Shape = z.ZodType | undefined;
type Output<Schema extends Shape> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request as a route sees it: known to come from a customer, and in the shape that the route asks for. */
export interface ApiRequest<Query extends Shape = undefined, Body extends Shape = undefined> {
  readonly account: Account;
  readonly token: Token;
  /** The user for whom the token acts, if it does for one. */
  readonly access?: UserAccess;
  readonly permissions: Permissions;
  /** Whether the path names the account: clients that do so know some things by other names. */
  readonly namesAccount: boolean;
  /** The path's `{names}`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Output<Query>;
  readonly body: Output<Body>;
  /** The body as it was sent, for a route that takes something else than JSON. */
  readonly rawBody: Buffer;
  /** Who asks. */
  readonly clientIp: string;
}

/** What a route answers: `body` goes as JSON, `text` as it is, neither means an empty answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What has changed, for the account's audit log. */
  readonly audit?: AuditNote;
}

interface RouteDescription<Query extends Shape, Body extends Shape> {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Without `/api` and `/accounts/{account_id}`: both forms lead here. Begins with a slash. */
  readonly path: `/${string}`;
  /** Headline under which the API's description lists it. */
  readonly topic: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** What a reader of the API's description needs to know besides: rules and limits that the schemas do not say. */
  readonly description?: string;
  /** An addition of this service, unknown to the official clients. */
  readonly isExtension?: boolean;
  readonly access: Access;
  /** It changes nothing, although its method is one that does: nothing is told to the audit log. */
  readonly changesNothing?: boolean;
  /** A tighter limit, shared by all routes that name it, besides the general one. */
  readonly pool?: Pool;
  /** Of the parsed query string; what it does not know is dropped. */
  readonly query?: Query;
  /** Of the JSON body. What fails is answered 422, with the field's messages. */
  readonly body?: Body;
  /** What each status that means success carries; `undefined` for an empty body or one that is no JSON. */
  readonly responses: Readonly<Record<number, z.ZodType | undefined>>;
  /** @throws PosternError what the customer is to read */
  readonly handle: (request: ApiRequest<Query, Body>) => Promise<ApiAnswer>;
}

/** A route as the door sees all of them. */
export type ApiRoute = RouteDescription<Shape, Shape>;

/** Describes a route; what it needs of the outside, `handle` has from the function around it. */
export function route<Query extends Shape = undefined, Body extends Shape = undefined>(
  description: RouteDescription<Query, Body>,
): ApiRoute {
  // The door hands `handle` what these very schemas made, which the list of all routes cannot say in types.
  return description as unknown as ApiRoute;
}
