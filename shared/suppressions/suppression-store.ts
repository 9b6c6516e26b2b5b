import type { Stream } from "../contracts/streams.ts";
import { gathered } from "../platform/gathered.ts";
import { newId, timeOfId } from "../platform/ids.ts";
import {
  type AddressRecord,
  addressName,
  entryOf,
  isReactivatedSince,
  marksIn,
  reactivatedAt,
  withSuppression,
} from "./address-record.ts";
import {
  type AddressChange,
  type Addresses,
  changeAddresses,
  readAddresses,
  readManyAddresses,
  type SuppressionTable,
} from "./address-store.ts";
import { type ListQuery, listing } from "./listing-store.ts";
import type { AddressMarks, Scope, SuppressedMessage, Suppression, SuppressionType } from "./suppression.ts";

export interface NewSuppression extends Scope {
  readonly accountId: number;
  /** In any case. */
  readonly email: string;
  readonly domainName: string | null;
  readonly type: SuppressionType;
  readonly message?: SuppressedMessage | undefined;
  /**
   * Epoch ms of the event behind it: what happened before the address was reactivated suppresses it no more.
   * Without it, it is somebody's wish and holds in any case.
   */
  readonly happenedAt?: number;
  /** A UUID v7 for who may come again with the same wish; a new one unless given. */
  readonly id?: string;
}

/** `listed`: the scope was suppressed before, whatever the reason. `reactivated`: the event came too late. */
export interface PutOutcome {
  readonly outcome: "added" | "listed" | "reactivated";
  /** Of the entry that holds now. */
  readonly id?: string;
}

/** So many jobs of a worker look their recipients up together. */
const lookedUpTogether = 50;

export type SuppressionStore = ReturnType<typeof suppressionStore>;

/** The addresses to which an account sends no more. */
export function suppressionStore(table: SuppressionTable) {
  const rows = listing<Suppression>(table, "SUPPRESSION");
  const lookUp = gathered<Addresses, Map<string, AddressRecord>>(lookedUpTogether, (asked) =>
    readManyAddresses(table, asked),
  );

  return {
    /**
     * What mail from a domain in a stream has to respect, by address in lower case; addresses of which nothing
     * is known are missing. One call to DynamoDB for each 100 addresses, of all that a process looks up at the
     * same time, strongly consistent: a suppression holds, and a reactivation frees, from the moment on at which
     * it was confirmed.
     */
    async marksOf(
      accountId: number,
      mail: { domainId: number; stream: Stream },
      emails: readonly string[],
    ): Promise<Map<string, AddressMarks>> {
      const records = await lookUp({ accountId, emails: emails.map(addressName) });
      return new Map([...records].map(([email, record]) => [email, marksIn(record, mail)]));
    },

    /** @returns the entry that holds now, and undefined where the event came too late */
    async put(wanted: NewSuppression): Promise<Suppression | undefined> {
      const [done] = await putMany(table, rows, [wanted]);
      return done?.id === undefined ? undefined : rows.get(wanted.accountId, done.id);
    },

    /**
     * Puts many, about fifty in one transaction. Repeating it changes nothing.
     *
     * @returns outcomes in the order of what was wanted
     */
    putMany: (wanted: readonly NewSuppression[]): Promise<PutOutcome[]> => putMany(table, rows, wanted),

    get: (accountId: number, id: string): Promise<Suppression | undefined> => rows.get(accountId, id),

    /**
     * Takes an entry away: mail flows until the address is suppressed again.
     *
     * @returns the entry that was there, undefined where there was none
     */
    async remove(accountId: number, id: string): Promise<Suppression | undefined> {
      const row = await rows.get(accountId, id);
      if (row === undefined) return undefined;
      const now = table.clock.now();
      const change: AddressChange<boolean> = {
        accountId,
        email: row.email,
        decide(record) {
          const without = reactivatedAt(record, id, now);
          if (without === record) return { result: false };
          return { result: true, record: without, rows: [rows.deleteOf(row)] };
        },
      };
      const [removed] = await changeAddresses(table, [change]);
      return removed === true ? row : undefined;
    },

    /** Newest first. */
    async list({
      email,
      ...query
    }: ListQuery & { readonly email?: string | undefined }): Promise<Suppression[]> {
      if (email === undefined) return rows.list(query);
      const name = addressName(email);
      const record = (await readAddresses(table, query.accountId, [name])).get(name);
      return rows.listOf(
        query,
        (record?.suppressions ?? []).map(({ id }) => id),
      );
    },
  };
}

type Rows = ReturnType<typeof listing<Suppression>>;

async function putMany(
  table: SuppressionTable,
  rows: Rows,
  wanted: readonly NewSuppression[],
): Promise<PutOutcome[]> {
  const named = wanted.map((each) => ({ ...each, email: addressName(each.email) }));
  const byAddress = Map.groupBy(named, ({ accountId, email }) => `${accountId}/${email}`);
  const changes = [...byAddress.values()].map((some) => changeFor(table, rows, some));
  const outcomes = new Map((await changeAddresses(table, changes)).flatMap((each) => [...each]));
  return named.map((each) => outcomes.get(each) as PutOutcome);
}

/** All that is wanted for one address, one after the other. */
function changeFor(
  { clock }: SuppressionTable,
  rows: Rows,
  wanted: readonly NewSuppression[],
): AddressChange<Map<NewSuppression, PutOutcome>> {
  const [{ accountId, email }] = wanted as [NewSuppression];
  return {
    accountId,
    email,
    decide(before) {
      let record = before;
      const added: Suppression[] = [];
      const result = new Map<NewSuppression, PutOutcome>();
      for (const each of wanted) {
        const existing = entryOf(record, each);
        if (existing) result.set(each, { outcome: "listed", id: existing.id });
        else if (each.happenedAt !== undefined && isReactivatedSince(record, each, each.happenedAt))
          result.set(each, { outcome: "reactivated" });
        else {
          const row = rowFor(each, clock.now());
          const { id, domainId, stream, type } = row;
          record = withSuppression(record, { id, domainId, stream, type });
          added.push(row);
          result.set(each, { outcome: "added", id: row.id });
        }
      }
      return added.length === 0 ? { result } : { result, record, rows: added.map(rows.putOf) };
    },
  };
}

function rowFor(wanted: NewSuppression, now: number): Suppression {
  const { happenedAt: _at, id = newId(now), ...fields } = wanted;
  return { ...fields, id, createdAt: timeOfId(id) };
}
