import { newId, timeOfId } from "../platform/ids.ts";
import { addressName, optOutOf, withOptOut, withoutOptOut } from "./address-record.ts";
import { changeAddresses, readAddresses, type SuppressionTable } from "./address-store.ts";
import { type ListQuery, listing } from "./listing-store.ts";
import type { TrackingOptOut } from "./suppression.ts";

export interface NewOptOut {
  readonly accountId: number;
  /** In any case. */
  readonly email: string;
  readonly domainId: number;
  readonly domainName: string;
}

export type OptOutStore = ReturnType<typeof optOutStore>;

/** The recipients who do not want to be tracked; `suppressionStore(...).marksOf` tells the worker of them. */
export function optOutStore(table: SuppressionTable) {
  const rows = listing<TrackingOptOut>(table, "OPTOUT");

  return {
    /** Repeating it changes nothing. @returns the opt-out that holds now */
    async put(wanted: NewOptOut): Promise<TrackingOptOut> {
      const id = newId(table.clock.now());
      const row = { ...wanted, email: addressName(wanted.email), id, createdAt: timeOfId(id) };
      const { accountId, email, domainId } = row;
      const [existing] = await changeAddresses(table, [
        {
          accountId,
          email,
          decide(record) {
            const known = optOutOf(record, domainId);
            if (known) return { result: known };
            return {
              result: undefined,
              record: withOptOut(record, { id, domainId }),
              rows: [rows.putOf(row)],
            };
          },
        },
      ]);
      return existing === undefined ? row : ((await rows.get(accountId, existing.id)) ?? row);
    },

    /** Whether a recipient of mail from a domain opted out, for who must know of one alone. */
    async isOptedOut(accountId: number, domainId: number, email: string): Promise<boolean> {
      const name = addressName(email);
      const record = (await readAddresses(table, accountId, [name])).get(name);
      return record !== undefined && optOutOf(record, domainId) !== undefined;
    },

    get: (accountId: number, id: string): Promise<TrackingOptOut | undefined> => rows.get(accountId, id),

    /** @returns the opt-out that was there, undefined where there was none */
    async remove(accountId: number, id: string): Promise<TrackingOptOut | undefined> {
      const row = await rows.get(accountId, id);
      if (row === undefined) return undefined;
      const [removed] = await changeAddresses(table, [
        {
          accountId,
          email: row.email,
          decide(record) {
            if (!record.optOuts.some((entry) => entry.id === id)) return { result: false };
            return { result: true, record: withoutOptOut(record, id), rows: [rows.deleteOf(row)] };
          },
        },
      ]);
      return removed === true ? row : undefined;
    },

    /** Newest first. */
    async list({
      email,
      ...query
    }: ListQuery & { readonly email?: string | undefined }): Promise<TrackingOptOut[]> {
      if (email === undefined) return rows.list(query);
      const name = addressName(email);
      const record = (await readAddresses(table, query.accountId, [name])).get(name);
      return rows.listOf(
        query,
        (record?.optOuts ?? []).map(({ id }) => id),
      );
    },
  };
}
