import * as z from "zod";
import { accountStatusSchema } from "../../../shared/accounts/account.ts";
import type { StandingStore } from "../../../shared/accounts/standing-store.ts";
import {
  goodStanding,
  type Suspension,
  type SuspensionScope,
  type Warning,
  warningsOf,
} from "../../../shared/accounts/suspension.ts";
import { streamSchema } from "../../../shared/contracts/streams.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import { heldOf } from "../../../shared/messages/held.ts";
import type { HeldCounts, HeldStore } from "../../../shared/messages/held-store.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";

export interface StandingDeps {
  readonly standings: Pick<StandingStore, "read">;
  readonly held: Pick<HeldStore, "count">;
  readonly domains: Pick<DomainStore, "list">;
  readonly clock: Clock;
}

const time = z.iso.datetime();
const heldSchema = z.object({
  messages: z.int(),
  is_all: z.boolean().describe("Whether there are no more: very many are counted in part"),
});

const suspensionSchema = z
  .object({
    scope: z.enum(["account", "domain", "stream"]),
    domain_id: z.int().nullable(),
    domain_name: z.string().nullable(),
    stream: streamSchema.nullable(),
    reason: z.string(),
    since: time,
    ban_at: time.describe("When it becomes a ban of the account, unless it is lifted before"),
    answered: z.boolean().describe("Whether the operator has noted an answer to it"),
    automatic: z
      .boolean()
      .describe("Whether the rates of bounces and complaints led to it, and not a person"),
    held: heldSchema,
  })
  .meta({ id: "Suspension" });

const standingSchema = z
  .object({
    status: accountStatusSchema,
    ban: z.object({ reason: z.string(), since: time }).nullable(),
    suspensions: z.array(suspensionSchema),
    warnings: z.array(z.object({ stream: streamSchema, reason: z.string(), since: time })),
    held: heldSchema,
  })
  .meta({ id: "Standing" });

/** Whether an account may send, and if not, why, since and until when, and what is held of its mail. */
export function standingRoutes(deps: StandingDeps): ApiRoute[] {
  return [
    route({
      ...{ method: "GET", path: "/standing", topic: "Accounts", access: "any token", isExtension: true },
      summary:
        "How the account stands: suspensions and warnings, why, since and until when, and what mail is held",
      responses: { 200: standingSchema },
      async handle(request) {
        const { visibleDomains } = request.permissions;
        // An organization's token, which does not reach into accounts.
        if (visibleDomains?.length === 0) throw new PosternError("forbidden");
        return { status: 200, body: await standingFor(deps, request) };
      },
    }),
  ];
}

type Named = ReadonlyMap<string, number>;

async function standingFor(
  { standings, held, domains, clock }: StandingDeps,
  { account, permissions: { visibleDomains } }: Pick<ApiRequest, "account" | "permissions">,
): Promise<z.input<typeof standingSchema>> {
  const [now, counts, all] = await Promise.all([
    standings.read(account.id),
    held.count(account.id),
    domains.list(account.id),
  ]);
  if (now === undefined) throw new PosternError("not_found");
  const { status, standing = goodStanding } = now;
  const visible = all.filter(({ id }) => visibleDomains?.includes(id) ?? true);
  const ids: Named = new Map(visible.map(({ name, id }) => [name, id]));
  const seesAll = visibleDomains === undefined;
  const isSeen = (domainName: string) => seesAll || ids.has(domainName);
  const seen = { ...counts, counts: counts.counts.filter(({ domainName }) => isSeen(domainName)) };
  const { ban, suspensions } = standing;
  return {
    status,
    ban: status === "banned" && ban !== undefined ? { ...ban, since: isoTime(ban.since) } : null,
    suspensions: suspensions
      .filter(({ scope }) => scope.kind !== "domain" || isSeen(scope.domainName))
      .map((suspension) => shownSuspension(suspension, seen, ids)),
    warnings: warningsOf(standing, clock.now()).map(shownWarning),
    held: shownHeld(seen, { kind: "account" }),
  };
}

function shownSuspension(
  { scope, reason, since, banAt, answered = false, automatic = false }: Suspension,
  counts: HeldCounts,
  ids: Named,
): z.input<typeof suspensionSchema> {
  const domainName = scope.kind === "domain" ? scope.domainName : undefined;
  return {
    scope: scope.kind,
    domain_id: (domainName !== undefined && ids.get(domainName)) || null,
    domain_name: domainName ?? null,
    stream: scope.kind === "stream" ? streamSchema.parse(scope.stream) : null,
    ...{ reason, since: isoTime(since), ban_at: isoTime(banAt), answered, automatic },
    held: shownHeld(counts, scope),
  };
}

function shownHeld(counts: HeldCounts, scope: SuspensionScope): z.input<typeof heldSchema> {
  const { messages, isAll } = heldOf(counts, scope);
  return { messages, is_all: isAll };
}

function shownWarning({ stream, reason, since }: Warning) {
  return { stream: streamSchema.parse(stream), reason, since: isoTime(since) };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
