import { newId } from "../platform/ids.ts";

/** What an audit log tells of: the value of a field before and after. */
export interface FieldChange {
  readonly from: unknown;
  readonly to: unknown;
}

/** What was done, as whoever did it notes it. */
export interface AuditNote {
  /** `activity_log.<resource>.<verb>` */
  readonly event: `activity_log.${string}.${string}`;
  readonly description: string;
  readonly resource: { readonly id: number | string; readonly type: string; readonly name?: string };
  readonly changes?: Readonly<Record<string, FieldChange>>;
}

/** Who did it; the system itself has only a name. */
export interface AuditActor {
  readonly id?: number;
  readonly type?: "user" | "api_token";
  readonly name: string;
}

export interface AuditEntry extends AuditNote {
  /** A UUID v7. */
  readonly id: string;
  readonly actor: AuditActor;
  /** Epoch ms. */
  readonly at: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** The service itself, where nobody has asked it to. */
export const system: AuditActor = { name: "System" };

/**
 * What somebody has done, as the log has it.
 *
 * @param at epoch ms
 * @param id derived from what happened where it may be noted more than once
 */
export function auditEntry(actor: AuditActor, note: AuditNote, at: number, id = newId(at)): AuditEntry {
  return { id, actor, ...note, at };
}

/**
 * What the log has of a change whose end nobody told of.
 *
 * @param asked such as `PATCH /domains/12`
 */
export function begunNote(asked: string, resource: AuditNote["resource"]): AuditNote {
  return {
    event: `activity_log.${resource.type}.begun`,
    description: `${asked} was begun; whether it took effect is not known`,
    resource,
  };
}

const filtered = "[FILTERED]";
const secretName = /secret|password|(^|_)token$|(^|_)key$/i;

/**
 * A note that something was done to a resource.
 *
 * @param what.verb in the past: `created`, `updated`, `deleted` …
 * @param what.before, what.after the resource's fields, as the API names them; left out, there is none. What
 * is the same in both is not told, and secrets never are.
 */
export function auditNote(what: {
  readonly type: string;
  readonly verb: string;
  readonly id: number | string;
  readonly name?: string | undefined;
  readonly before?: Fields | undefined;
  readonly after?: Fields | undefined;
}): AuditNote {
  const { type, verb, id, name, before, after } = what;
  const changes = changesBetween(before ?? {}, after ?? {});
  const said = `${type.replaceAll("_", " ")} ${name === undefined ? id : `"${name}" (${id})`} ${verb.replaceAll("_", " ")}`;
  return {
    event: `activity_log.${type}.${verb}`,
    description: said.charAt(0).toUpperCase() + said.slice(1),
    resource: { id, type, ...(name !== undefined && { name }) },
    ...(Object.keys(changes).length > 0 && { changes }),
  };
}

function changesBetween(before: Fields, after: Fields): Record<string, FieldChange> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => !isSame(before[name], after[name]));
  return Object.fromEntries(
    changed.map((name) => [name, { from: shown(name, before[name]), to: shown(name, after[name]) }]),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function shown(name: string, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (secretName.test(name)) return filtered;
  return name === "url" ? withoutSecrets(String(value)) : value;
}

/** A URL may hold a password, or a secret in its query. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return filtered;
  const url = new URL(text);
  const user = url.username === "" ? "" : `${filtered}@`;
  const query = url.search === "" ? "" : `?${filtered}`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${query}`;
}

/** An entry as customers read it, in the API and in webhooks. */
export function auditFields({ at, id: _id, ...entry }: AuditEntry): Record<string, unknown> {
  return { ...entry, timestamp: Math.floor(at / 1_000) };
}
