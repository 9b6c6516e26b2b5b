import * as z from "zod";
import { planNamed } from "../../../shared/billing/plans.ts";
import { dayOf } from "../../../shared/messages/counters.ts";
import { filterOperators, parseFilters } from "../../../shared/messages/log-filters.ts";
import type { LogRowStore } from "../../../shared/messages/log-row-store.ts";
import type { MessageRow } from "../../../shared/messages/message.ts";
import {
  type LogSearch,
  rangeOf,
  retainedFrom,
  type SearchLogDeps,
  searchLog,
} from "../../../shared/messages/search-log.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { isId, timeOfId } from "../../../shared/platform/ids.ts";
import type { StatsStore } from "../../../shared/stats/stats-store.ts";
import { type ApiRoute, route } from "../door/route.ts";
import { type RawMessageDeps, rawMessageUrl } from "../raw-messages.ts";
import { logEvents, logMessageSchema, logRow, logRowSchema } from "./email-log-shapes.ts";

export interface EmailLogDeps {
  readonly log: SearchLogDeps & { readonly rows: LogRowStore };
  readonly stats: Pick<StatsStore, "sentSince">;
  readonly rawMessages: RawMessageDeps;
}

const time = { type: "string", format: "date-time", description: "Inclusive" };
const value = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };

/** Filters as clients write them: `filters[status][operator]=equal&filters[status][value][]=delivered`. */
const filterWords = {
  type: "object",
  description:
    "`filters[status][operator]=equal&filters[status][value]=delivered`; of several values any is enough",
  properties: {
    ...{ sent_after: time, sent_before: time },
    ...Object.fromEntries(
      [...filterOperators].map(([name, operators]) => [
        name,
        { type: "object", properties: { operator: { enum: operators, default: operators[0] }, value } },
      ]),
    ),
  },
};

const topic = "Email logs";
const pageSize = 100;

/** The message log: searching it, and one message with all that happened to it. */
export function emailLogRoutes(deps: EmailLogDeps): ApiRoute[] {
  return [listRoute(deps), messageRoute(deps)];
}

function listRoute(deps: EmailLogDeps): ApiRoute {
  return route({
    method: "GET",
    path: "/email_logs",
    topic,
    summary: "Search the message log, latest first, 100 messages at a time",
    access: "any token",
    pool: "logs list",
    query: z.object({
      search_after: z.uuid("Bad Request").toLowerCase().optional(),
      filters: z.unknown().optional().meta(filterWords),
    }),
    responses: {
      200: z.object({
        messages: z.array(logRowSchema),
        total_count: z.number().int(),
        next_page_cursor: z.uuid().nullable(),
      }),
    },
    async handle({ account, permissions, query }) {
      const { rows, total, next } = await find(deps, {
        accountId: account.id,
        ...parseFilters(query.filters),
        domainIds: permissions.visibleDomains,
        retentionDays: planNamed(account.planName).logDays,
        after: query.search_after,
        pageSize,
      });
      return {
        status: 200,
        body: { messages: rows.map(logRow), total_count: total, next_page_cursor: next },
      };
    },
  });
}

function messageRoute({ log, rawMessages }: EmailLogDeps): ApiRoute {
  return route({
    method: "GET",
    path: "/email_logs/{id}",
    topic,
    summary: "A message of the log, with all that happened to it",
    access: "any token",
    pool: "logs get",
    responses: { 200: logMessageSchema },
    async handle({ account, permissions, params: { id = "" } }) {
      const from = retainedFrom(log.clock.now(), planNamed(account.planName).logDays);
      const isKept = isId(id) && timeOfId(id) >= from;
      const found = isKept
        ? await log.rows.message({ accountId: account.id, messageId: id.toLowerCase() })
        : undefined;
      const level = permissions.onDomain(found?.row.domainId ?? 0);
      if (found === undefined || level === 0) throw new PosternError("not_found");
      const { row, events } = found;
      // To see content is for admins of the domain.
      const url = level === 100 ? await rawMessageUrl(rawMessages, row) : undefined;
      const link = url !== undefined && { raw_message_url: url };
      return { status: 200, body: { ...logRow(row), ...link, events: logEvents(events) } };
    },
  });
}

interface Found {
  readonly rows: readonly MessageRow[];
  readonly total: number;
  readonly next: string | null;
}

async function find(deps: EmailLogDeps, search: LogSearch): Promise<Found> {
  const { conditions, sentAfter, sentBefore, domainIds } = search;
  const isOfAll = conditions.length === 0 && sentAfter === undefined && sentBefore === undefined;
  if (isOfAll && domainIds === undefined) return await latest(deps, search);
  const { messageIds, total, next } = await searchLog(deps.log, search);
  return { rows: await deps.log.rows.rows(search.accountId, messageIds), total, next };
}

/** Without filters rows come in their own order, and the counters know how many there are. */
async function latest({ log, stats }: EmailLogDeps, search: LogSearch): Promise<Found> {
  const { accountId, retentionDays, after } = search;
  const now = log.clock.now();
  const { first, last } = rangeOf(search, now);
  const until = after !== undefined && after < last ? after : last;
  const [rows, total] = await Promise.all([
    log.index.latestRows(accountId, { first, last: until }, pageSize + 2),
    stats.sentSince(accountId, dayOf(retainedFrom(now, retentionDays))),
  ]);
  const following = rows.filter(({ messageId }) => messageId !== after);
  const page = following.slice(0, pageSize);
  const hasMore = following.length > page.length;
  return { rows: page, total, next: hasMore ? (page.at(-1)?.messageId ?? null) : null };
}
