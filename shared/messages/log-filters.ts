import { streamSchema } from "../contracts/streams.ts";
import { endOfTimeIn, timeIn } from "../platform/iso-time.ts";
import { eventBits, type LogColumn, type LogValue } from "./log-entry.ts";

/** One filter: what a message's value in this column must be for the message to be found. */
export interface Condition {
  readonly column: LogColumn;
  readonly accepts: (value: LogValue) => boolean;
  /**
   * Where given: only values can be accepted of which the JSON text, in lower case, has one of these in it. So
   * many values together are ruled out at once.
   */
  readonly hints?: readonly string[];
}

/** What to look for. Both times are epoch ms and inclusive. */
export interface LogQuery {
  readonly conditions: readonly Condition[];
  readonly sentAfter?: number;
  readonly sentBefore?: number;
}

type Accepts = Condition["accepts"];
type Test = Pick<Condition, "accepts" | "hints">;
type Operator = (wanted: readonly string[]) => Test | undefined;
type Hint = (value: LogValue) => string;

interface Filter {
  readonly column: LogColumn;
  /** What is meant where a filter names no operator. */
  readonly usual: string;
  readonly operators: Readonly<Record<string, Operator>>;
}

const statuses = ["delivered", "not_delivered", "enqueued", "opted_out"];

/** Every value that can be; undefined where nothing of it can, so that the filter is invalid. */
type Wanted = (values: readonly string[]) => readonly LogValue[];

const anyText: Wanted = (values) => values;
const lowerCase: Wanted = (values) => values.map((value) => value.toLowerCase());
const oneOf =
  (allowed: readonly string[]): Wanted =>
  (values) =>
    values.filter((value) => allowed.includes(value));
const integers: Wanted = (values) =>
  values.map((value) => (/^\s*-?\d+\s*$/.test(value) ? Number(value) : null)).filter((n) => n !== null);

/** Each is looked for in all text of a block: of more, looking at the block's values one by one is faster. */
const mostHints = 4;

const text = (value: LogValue) => (value === null ? "" : String(value));
const lower = (value: LogValue) => text(value).toLowerCase();
const asIs = (value: LogValue) => value;
const not =
  (accepts: Accepts): Accepts =>
  (value) =>
    !accepts(value);

/** What one operator finds, and what its opposite does: everything else, messages without a value too. */
function pair(
  [name, opposite]: readonly [string, string],
  wanted: Wanted,
  matching: (values: readonly LogValue[]) => Accepts,
  hint?: Hint,
): Record<string, Operator> {
  const when = (test: (values: readonly LogValue[]) => Test): Operator => {
    return (given) => {
      const values = wanted(given);
      return values.length === 0 ? undefined : test(values);
    };
  };
  return {
    [name]: when((values) => ({
      accepts: matching(values),
      ...(hint && values.length <= mostHints && { hints: values.map(hint) }),
    })),
    [opposite]: when((values) => ({ accepts: not(matching(values)) })),
  };
}

const whole: Hint = (value) => JSON.stringify(value);
const part: Hint = (value) => JSON.stringify(value).slice(1, -1);

const isAny = (of: (value: LogValue) => LogValue) => (values: readonly LogValue[]) => {
  const set = new Set(values);
  return (value: LogValue) => value !== null && set.has(of(value));
};
const containsAny = (of: (value: LogValue) => string) => (values: readonly LogValue[]) => {
  const parts = [...new Set(values.map(String))];
  return (value: LogValue) => {
    const found = of(value);
    return parts.some((part) => found.includes(part));
  };
};

const exactly = (wanted: Wanted) => pair(["equal", "not_equal"], wanted, isAny(asIs));
const containing = pair(["contain", "not_contain"], anyText, containsAny(text));
const inAnyCase = {
  ...pair(["ci_equal", "ci_not_equal"], lowerCase, isAny(lower), whole),
  ...pair(["ci_contain", "ci_not_contain"], lowerCase, containsAny(lower), part),
};
const emptiness: Record<string, Operator> = {
  empty: () => ({ accepts: (value) => text(value) === "" }),
  not_empty: () => ({ accepts: (value) => text(value) !== "" }),
};
const events = pair(["include_event", "not_include_event"], bitsOf, (values) => {
  const bits = values.reduce<number>((sum, bit) => sum | Number(bit), 0);
  return (value) => (Number(value) & bits) !== 0;
});
const counts: Record<string, Operator> = {
  equal: counted((value, than) => value === than),
  greater_than: counted((value, than) => value > than),
  less_than: counted((value, than) => value < than),
};

/** The API calls a complaint `spam`, webhooks call it `spam_complaint`. */
function bitsOf(values: readonly string[]): number[] {
  return values.flatMap((kind) => eventBits.get(kind === "spam" ? "spam_complaint" : kind) ?? []);
}

function counted(compare: (value: number, than: number) => boolean): Operator {
  return (given) => {
    const [than] = integers(given);
    return typeof than === "number" ? { accepts: (value) => compare(Number(value), than) } : undefined;
  };
}

const anyCaseFilter = (column: LogColumn): Filter => ({ column, usual: "ci_equal", operators: inAnyCase });
const exactFilter = (column: LogColumn, wanted: Wanted = anyText): Filter => ({
  column,
  usual: "equal",
  operators: exactly(wanted),
});
const addressFilter = (column: LogColumn): Filter => ({
  column,
  usual: "equal",
  operators: { ...exactly(anyText), ...containing },
});
const countFilter = (column: LogColumn): Filter => ({ column, usual: "equal", operators: counts });

const filters: ReadonlyMap<string, Filter> = new Map([
  ["to", anyCaseFilter("to")],
  ["from", anyCaseFilter("from")],
  ["email_service_provider_response", anyCaseFilter("response")],
  ["recipient_mx", anyCaseFilter("recipientMx")],
  ["subject", { column: "subject", usual: "ci_equal", operators: { ...inAnyCase, ...emptiness } }],
  ["status", exactFilter("status", oneOf(statuses))],
  ["email_service_provider", exactFilter("esp")],
  ["category", exactFilter("category")],
  ["domain_id", exactFilter("domainId", integers)],
  ["sending_domain_id", exactFilter("domainId", integers)],
  ["sending_stream", exactFilter("stream", oneOf(streamSchema.options))],
  ["events", { column: "events", usual: "include_event", operators: events }],
  ["clicks_count", countFilter("clicks")],
  ["opens_count", countFilter("opens")],
  ["client_ip", addressFilter("clientIp")],
  ["sending_ip", addressFilter("sendingIp")],
]);

/** The filters that there are besides times, with the operators of each; the usual one comes first. */
export const filterOperators: ReadonlyMap<string, readonly string[]> = new Map(
  [...filters].map(([name, { usual, operators }]) => [
    name,
    [usual, ...Object.keys(operators).filter((operator) => operator !== usual)],
  ]),
);

/**
 * The query that `filters` of a log request ask for, as they come out of the query string. What is unknown or
 * invalid is ignored, as the API says. Of several values any is enough, and none may be for an operator of
 * `not`. A filter without an operator (`filters[category]=Welcome`) means the usual one.
 */
export function parseFilters(given: unknown): LogQuery {
  if (!isRecord(given)) return { conditions: [] };
  const { sent_after: after, sent_before: before } = given;
  const sentAfter = typeof after === "string" ? timeIn(after) : undefined;
  const sentBefore = typeof before === "string" ? endOfTimeIn(before) : undefined;
  return {
    conditions: [...filters].flatMap(([name, filter]) => conditionOf(filter, given[name]) ?? []),
    ...(sentAfter !== undefined && { sentAfter }),
    ...(sentBefore !== undefined && { sentBefore }),
  };
}

/** Only messages of these domains. */
export function ofDomains(domainIds: readonly number[]): Condition {
  return { column: "domainId", accepts: isAny(asIs)(domainIds) };
}

function conditionOf({ column, usual, operators }: Filter, given: unknown): Condition | undefined {
  const spec = isRecord(given) ? given : { value: given };
  const name = spec["operator"] ?? usual;
  const operator = typeof name === "string" && Object.hasOwn(operators, name) ? operators[name] : undefined;
  const test = operator?.(valuesOf(spec["value"]));
  return test && { column, ...test };
}

function valuesOf(value: unknown): string[] {
  const all = isRecord(value) ? Object.values(value) : Array.isArray(value) ? value : [value];
  return all.flatMap((one) => (typeof one === "string" || typeof one === "number" ? String(one) : []));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
