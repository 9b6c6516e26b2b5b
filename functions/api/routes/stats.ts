import * as z from "zod";
import type { Permissions } from "../../../shared/accounts/permissions.ts";
import type { CounterGroup } from "../../../shared/messages/counters.ts";
import { type Stats, type StatsQuery, statsBy, statsOf, sumOfCounts } from "../../../shared/stats/stats.ts";
import type { StatsStore } from "../../../shared/stats/stats-store.ts";
import { type ApiRoute, route } from "../door/route.ts";

export interface StatsDeps {
  readonly stats: Pick<StatsStore, "counted">;
}

const topic = "Statistics";
const count = z.number().int();

const statsSchema = z
  .object({
    delivery_count: count,
    delivery_rate: z.number(),
    bounce_count: count,
    bounce_rate: z.number(),
    open_count: count,
    open_rate: z.number(),
    click_count: count,
    click_rate: z.number(),
    spam_count: count,
    spam_rate: z.number(),
  })
  .meta({ id: "Stats" });

const list = z.union([z.array(z.string()), z.string().transform((one) => [one])]).optional();

const querySchema = z.object({
  start_date: dateField("start_date"),
  end_date: dateField("end_date"),
  domain_ids: list,
  sending_domain_ids: list,
  sending_streams: list,
  categories: list,
  email_service_providers: list,
});

/** What is shown under which path, how messages are grouped there, and what of each group is shown. */
const groupings = [
  {
    path: "/stats/domains",
    by: "sending domain",
    nameOf: ({ domainId }: CounterGroup) => domainId,
    keys: (id: string | number) => ({ domain_id: id, sending_domain_id: id }),
    schema: { domain_id: count, sending_domain_id: count },
  },
  {
    path: "/stats/categories",
    by: "category",
    nameOf: ({ category }: CounterGroup) => category,
    keys: (category: string | number) => ({ category }),
    schema: { category: z.string() },
  },
  {
    path: "/stats/email_service_providers",
    by: "the recipients' mailbox provider",
    nameOf: ({ esp }: CounterGroup) => esp,
    keys: (esp: string | number) => ({ email_service_provider: esp }),
    schema: { email_service_provider: z.string() },
  },
  {
    path: "/stats/date",
    by: "day (UTC)",
    nameOf: ({ day }: CounterGroup) => day,
    keys: (date: string | number) => ({ date }),
    schema: { date: z.iso.date() },
  },
] as const;

const usual = { method: "GET", topic, access: "any token", pool: "stats", query: querySchema } as const;

/** Statistics of sending, in all and by four groupings. */
export function statsRoutes({ stats }: StatsDeps): ApiRoute[] {
  return [
    route({
      ...usual,
      path: "/stats",
      summary: "How many emails were delivered, bounced, opened, clicked and complained about",
      responses: { 200: statsSchema },
      async handle({ account, permissions, query }) {
        const counted = await stats.counted(account.id, queryOf(query, permissions));
        return { status: 200, body: statsOf(sumOfCounts(counted.map(({ counts }) => counts))) };
      },
    }),
    ...groupings.map(({ path, by, nameOf, keys, schema }) =>
      route({
        ...usual,
        path,
        summary: `The same statistics by ${by}`,
        responses: { 200: z.array(z.object({ ...schema, stats: statsSchema })) },
        async handle({ account, permissions, query }) {
          const counted = await stats.counted(account.id, queryOf(query, permissions));
          const groups: { name: string | number; stats: Stats }[] = statsBy<string | number>(counted, nameOf);
          return { status: 200, body: groups.map((group) => ({ ...keys(group.name), stats: group.stats })) };
        },
      }),
    ),
  ];
}

function dateField(name: string) {
  return z.iso.date({
    error: ({ input }) =>
      input === undefined || input === "" ? `Missing required parameter: ${name}` : "Bad Request",
  });
}

/** Of the domains that are asked for, and may be seen. */
function queryOf(query: z.output<typeof querySchema>, { visibleDomains }: Permissions): StatsQuery {
  const wanted = query.domain_ids ?? query.sending_domain_ids;
  const asked = wanted?.map(Number) ?? visibleDomains;
  return {
    startDate: query.start_date,
    endDate: query.end_date,
    domainIds: visibleDomains === undefined ? asked : asked?.filter((id) => visibleDomains.includes(id)),
    streams: query.sending_streams,
    categories: query.categories,
    esps: query.email_service_providers,
  };
}
