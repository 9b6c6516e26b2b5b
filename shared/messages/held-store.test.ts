import { describe, expect, it } from "vitest";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { heldOf } from "./held.ts";
import { type HeldMail, heldStore } from "./held-store.ts";

const mail = (place: number, more: Partial<HeldMail> = {}): HeldMail => ({
  ...{ accountId: 1, name: `m${String(place).padStart(5, "0")}`, domainName: "a.example" },
  ...{ stream: "bulk", messages: 3, job: { text: "x".repeat(1_000) } },
  ...more,
});

describe("held mail", () => {
  const dynamo = useDynamo();
  const store = () => heldStore({ client: dynamo.client, table: dynamo.tables.messages });

  it("is counted by domain and stream, for whatever is suspended", async () => {
    const all = [mail(1), mail(2, { stream: "transactional" }), mail(3, { domainName: "b.example" })];
    for (const one of all) await store().put(one);
    await store().put(mail(1));
    await store().put(mail(1, { accountId: 12 }));
    const counts = await store().count(1);
    expect(heldOf(counts, { kind: "account" })).toEqual({ messages: 9, isAll: true });
    expect(heldOf(counts, { kind: "stream", stream: "bulk" })).toEqual({ messages: 6, isAll: true });
    expect(heldOf(counts, { kind: "domain", domainName: "b.example" })).toMatchObject({ messages: 3 });
    await store().remove(all);
    expect(heldOf(await store().count(1), { kind: "account" })).toEqual({ messages: 0, isAll: true });
  });

  it("is counted in part where there is very much, which is said", async () => {
    await Promise.all(Array.from({ length: 1_001 }, (_, place) => store().put(mail(place))));
    expect(heldOf(await store().count(1), { kind: "account" })).toEqual({ messages: 3_000, isAll: false });
  });
});
