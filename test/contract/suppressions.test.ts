import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import { type OptOutStore, optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import type { Suppression } from "../../shared/suppressions/suppression.ts";
import {
  type NewSuppression,
  type SuppressionStore,
  suppressionStore,
} from "../../shared/suppressions/suppression-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);

let lastAccount = 0;

await onEachDynamoEngine("suppressions", (dynamo) => {
  let clock: ReturnType<typeof settableClock>;
  let store: SuppressionStore;
  let accountId: number;
  beforeEach(() => {
    clock = settableClock(noon);
    store = suppressionStore({ client: dynamo.client, table: dynamo.tables.suppressions, clock });
    lastAccount += 1;
    accountId = lastAccount;
  });

  const wanted = (fields: Partial<NewSuppression> = {}): NewSuppression => ({
    accountId,
    email: "Gone@Example.net",
    domainId: 5,
    domainName: "example.com",
    stream: "bulk",
    type: "hard bounce",
    ...fields,
  });
  const added = async (fields: Partial<NewSuppression> = {}): Promise<Suppression> => {
    const suppression = await store.put(wanted(fields));
    if (suppression === undefined) throw new Error("was not put");
    return suppression;
  };
  const marks = async (domainId: number, stream: "transactional" | "bulk") =>
    (await store.marksOf(accountId, { domainId, stream }, ["gone@example.net"])).get("gone@example.net");

  it("hold for their domain and stream only", async () => {
    await added();
    expect(await marks(5, "bulk")).toEqual({ suppressed: { type: "hard bounce" }, optedOut: false });
    expect(await marks(5, "transactional")).toEqual({ optedOut: false });
    expect(await marks(6, "bulk")).toEqual({ optedOut: false });
  });

  it.each([
    [{ domainId: null, domainName: null, stream: "any" as const }, true, true],
    [{ domainId: null, domainName: null, stream: "bulk" as const }, true, false],
    [{ stream: "any" as const }, false, true],
  ])("of a wider scope hold for what it covers: %o", async (scope, holdsElsewhere, holdsInOtherStream) => {
    await added(scope);
    expect((await marks(6, "bulk"))?.suppressed !== undefined).toBe(holdsElsewhere);
    expect((await marks(5, "transactional"))?.suppressed !== undefined).toBe(holdsInOtherStream);
    expect((await marks(5, "bulk"))?.suppressed).toBeDefined();
  });

  it("are asked for hundreds of addresses at once, in any case, and repeated ones", async () => {
    const emails = Array.from({ length: 250 }, (_, place) => `reader-${place}@example.net`);
    await store.putMany(emails.filter((_, place) => place % 2 === 0).map((email) => wanted({ email })));
    const found = await store.marksOf(accountId, { domainId: 5, stream: "bulk" }, [
      ...emails,
      ...emails.map((email) => email.toUpperCase()),
    ]);
    expect(found.size).toBe(125);
    expect(found.get("reader-124@example.net")?.suppressed).toEqual({ type: "hard bounce" });
    expect(found.has("reader-125@example.net")).toBe(false);
    expect(await store.marksOf(accountId, { domainId: 5, stream: "bulk" }, [])).toEqual(new Map());
  });

  it("are one for each scope: a second wish is answered with the first entry", async () => {
    const first = await added();
    clock.advance(1_000);
    expect(await added({ email: "gone@example.NET", type: "spam complaint" })).toEqual(first);
    expect(first).toEqual({ ...wanted(), email: "gone@example.net", id: first.id, createdAt: noon });
    await added({ stream: "transactional" });
    expect(await store.list({ accountId, limit: 10, email: "GONE@example.net" })).toHaveLength(2);
  });

  it("are one for each scope when many wish at the same time", async () => {
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => store.putMany([wanted(), wanted()])));
    expect(outcomes.flat().filter(({ outcome }) => outcome === "added")).toHaveLength(1);
    expect(new Set(outcomes.flat().map(({ id }) => id)).size).toBe(1);
    expect(await store.list({ accountId, limit: 10 })).toHaveLength(1);
  });

  it("are put once DynamoDB has room for them", async () => {
    let refusals = 2;
    dynamo.client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== "TransactWriteItemsCommand" || refusals-- <= 0) return next(args);
        throw new TransactionCanceledException({
          message: "Transaction cancelled",
          $metadata: {},
          CancellationReasons: [{ Code: "ThrottlingError" }, { Code: "None" }],
        });
      },
      { name: "throttled" },
    );
    await added().finally(() => dynamo.client.middlewareStack.remove("throttled"));
    expect((await marks(5, "bulk"))?.suppressed).toBeDefined();
  });

  it("go when they are removed, once", async () => {
    const { id } = await added();
    const removals = await Promise.all([1, 2, 3].map(() => store.remove(accountId, id)));
    expect(removals.filter(Boolean)).toHaveLength(1);
    expect(await marks(5, "bulk")).toEqual({ optedOut: false });
    expect(await store.get(accountId, id)).toBeUndefined();
    expect(await store.list({ accountId, limit: 10 })).toEqual([]);
    expect(await store.remove(accountId, id)).toBeUndefined();
  });

  it("are not made again by an event from before the reactivation, but by one after it", async () => {
    const { id } = await added({ happenedAt: noon - 5_000 });
    clock.advance(60_000);
    await store.remove(accountId, id);
    for (const happenedAt of [noon - 5_000, noon + 59_999, noon + 60_000]) {
      expect(await store.putMany([wanted({ happenedAt })])).toEqual([{ outcome: "reactivated" }]);
      expect(await store.put(wanted({ happenedAt }))).toBeUndefined();
    }
    expect(await marks(5, "bulk")).toEqual({ optedOut: false });

    await added({ happenedAt: noon + 60_001 });
    expect((await marks(5, "bulk"))?.suppressed).toBeDefined();
  });

  it("are not held back by a reactivation when somebody wishes them", async () => {
    const { id } = await added();
    await store.remove(accountId, id);
    await added({ type: "manual import" });
  });

  it("are not held back by a reactivation of another scope, but by that of a wider one", async () => {
    const narrow = await added({ stream: "transactional" });
    const wide = await added({ domainId: null, domainName: null, stream: "any" });
    await store.remove(accountId, narrow.id);
    expect(await store.putMany([wanted({ happenedAt: noon })])).toMatchObject([{ outcome: "added" }]);
    await store.remove(accountId, wide.id);
    expect(await store.putMany([wanted({ domainId: 6, happenedAt: noon })])).toEqual([
      { outcome: "reactivated" },
    ]);
  });

  it("belong to their account", async () => {
    const { id } = await added();
    const other = accountId + 100_000;
    expect((await store.marksOf(other, { domainId: 5, stream: "bulk" }, ["gone@example.net"])).size).toBe(0);
    expect(await store.get(other, id)).toBeUndefined();
    expect(await store.remove(other, id)).toBeUndefined();
    expect(await store.list({ accountId: other, limit: 10 })).toEqual([]);
    expect((await marks(5, "bulk"))?.suppressed).toBeDefined();
  });

  describe("as a list", () => {
    const idsOf = (rows: Suppression[]) => rows.map(({ id }) => id);
    let made: Suppression[];
    beforeEach(async () => {
      made = [];
      for (let place = 0; place < 5; place += 1) {
        made.unshift(await added({ email: `r${place}@example.net`, domainId: place % 2 === 0 ? 5 : 6 }));
        clock.advance(1_000);
      }
    });

    it("come newest first, page by page, even after a row that is gone", async () => {
      const first = await store.list({ accountId, limit: 2 });
      expect(first).toEqual(made.slice(0, 2));
      await store.remove(accountId, made[1]?.id ?? "");
      expect(idsOf(await store.list({ accountId, limit: 2, lastId: first[1]?.id }))).toEqual(
        idsOf(made.slice(2, 4)),
      );
      expect(idsOf(await store.list({ accountId, limit: 2, lastId: made[3]?.id }))).toEqual(
        idsOf(made.slice(4)),
      );
      expect(await store.list({ accountId, limit: 2, lastId: made[4]?.id })).toEqual([]);
    });

    it("are cut by the time at which they were made, bounds included", async () => {
      const cut = { accountId, limit: 10, from: noon + 1_000, to: noon + 3_000 };
      expect(idsOf(await store.list(cut))).toEqual(idsOf(made.slice(1, 4)));
      expect(idsOf(await store.list({ ...cut, lastId: made[1]?.id }))).toEqual(idsOf(made.slice(2, 4)));
      expect(idsOf(await store.list({ ...cut, lastId: made[0]?.id }))).toEqual(idsOf(made.slice(1, 4)));
      expect(await store.list({ ...cut, lastId: made[4]?.id })).toEqual([]);
      expect(await store.list({ ...cut, from: noon + 3_000, to: noon })).toEqual([]);
      expect(await store.list({ ...cut, email: "r0@example.net" })).toEqual([]);
      expect(await store.list({ ...cut, email: "R2@example.net" })).toEqual(made.slice(2, 3));
    });

    it("show the rows of some domains alone", async () => {
      expect(idsOf(await store.list({ accountId, limit: 2, domainIds: [5] }))).toEqual([
        made[0]?.id,
        made[2]?.id,
      ]);
      expect(await store.list({ accountId, limit: 2, domainIds: [7] })).toEqual([]);
      expect(await store.list({ accountId, limit: 2, domainIds: [5], email: "r1@example.net" })).toEqual([]);
    });
  });
});

await onEachDynamoEngine("tracking opt-outs", (dynamo) => {
  let store: OptOutStore;
  let suppressions: SuppressionStore;
  let accountId: number;
  beforeEach(() => {
    const table = { client: dynamo.client, table: dynamo.tables.suppressions, clock: settableClock(noon) };
    store = optOutStore(table);
    suppressions = suppressionStore(table);
    lastAccount += 1;
    accountId = lastAccount;
  });
  const quiet = () => ({ accountId, email: "Quiet@example.net", domainId: 5, domainName: "example.com" });
  const mark = async (domainId: number) =>
    (await suppressions.marksOf(accountId, { domainId, stream: "bulk" }, ["quiet@example.net"])).get(
      "quiet@example.net",
    );

  it("hold for their domain, beside a suppression", async () => {
    const { id } = await store.put(quiet());
    await suppressions.put({ ...quiet(), stream: "bulk", type: "unsubscription" });
    expect(await mark(5)).toEqual({ suppressed: { type: "unsubscription" }, optedOut: true });
    expect(await mark(6)).toEqual({ optedOut: false });
    expect(await store.isOptedOut(accountId, 5, "QUIET@example.net")).toBe(true);

    await store.remove(accountId, id);
    expect(await mark(5)).toEqual({ suppressed: { type: "unsubscription" }, optedOut: false });
    expect(await store.isOptedOut(accountId, 5, "quiet@example.net")).toBe(false);
  });

  it("are one for each domain, however many wish at the same time", async () => {
    const made = await Promise.all([1, 2, 3, 4].map(() => store.put(quiet())));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await store.list({ accountId, limit: 10 })).toEqual([made[0]]);
    expect(await store.list({ accountId, limit: 10, email: "quiet@EXAMPLE.net" })).toEqual([made[0]]);
    expect(made[0]).toEqual({ ...quiet(), email: "quiet@example.net", id: made[0]?.id, createdAt: noon });
  });

  it("belong to their account, and go once", async () => {
    const { id } = await store.put(quiet());
    expect(await store.remove(accountId + 100_000, id)).toBeUndefined();
    expect(await store.remove(accountId, id)).toBeDefined();
    expect(await store.remove(accountId, id)).toBeUndefined();
    expect(await store.get(accountId, id)).toBeUndefined();
  });
});
