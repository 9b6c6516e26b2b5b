import { describe, expect, it } from "vitest";
import { heldStore } from "../../shared/messages/held-store.ts";
import { useOperator } from "../../test/support/operator-world.ts";

describe("the operator, of accounts that misbehave,", () => {
  const operator = useOperator();
  const { operate, newAccount, clock, told, released } = operator;

  it("suspends, answers when none goes out any more, and lets go what was held when it lifts that", async () => {
    const accountId = await newAccount();
    const mail = { accountId, domainName: "a.example", stream: "bulk", messages: 2, job: { text: "{}" } };
    const held = heldStore({ client: operator.dynamo.client, table: operator.dynamo.tables.messages });
    const reason = "Complaints of recipients.";
    const before = clock.now();
    const answer = await operate({ action: "suspend", accountId, stream: "bulk", reason });
    expect(clock.now() - before).toBeGreaterThan(5_000);
    expect(answer).toMatchObject({
      status: "active",
      suspensions: [{ scope: "stream", stream: "bulk", reason, banAt: "2026-02-14T12:00:00.000Z" }],
    });
    await held.put({ ...mail, name: "1" });
    await held.put({ ...mail, name: "2", stream: "transactional" });
    await operate({ action: "suspend", accountId });
    expect(await operate({ action: "noteAnswer", accountId, stream: "bulk" })).toMatchObject({
      suspensions: [{ answered: true, banAt: "2026-02-26T12:00:00.000Z" }, { answered: false }],
    });

    expect(await operate({ action: "lift", accountId })).toMatchObject({ status: "active", released: 2 });
    expect(await operate({ action: "lift", accountId })).toMatchObject({ lifted: false });
    expect(await operate({ action: "setAccountStatus", accountId, status: "banned" })).toEqual({
      ...{ accountId, status: "banned", released: 2, allReleased: true },
    });
    expect(await operate({ action: "showStanding", accountId })).toMatchObject({ suspensions: [] });
    expect(released).toHaveLength(2);
    expect(told).toHaveLength(4);
    expect(told[0]).toContain(reason);
  });

  it("suspends nothing that is not there", async () => {
    const accountId = await newAccount();
    const both = { action: "suspend", accountId, stream: "bulk", domainName: "a.example" };
    await expect(operate(both)).rejects.toMatchObject({ code: "invalid_request" });
    const unknown = { action: "suspend", accountId, domainName: "nobody.example" };
    await expect(operate(unknown)).rejects.toMatchObject({ code: "not_found" });
    await expect(operate({ action: "noteAnswer", accountId })).rejects.toMatchObject({ code: "not_found" });
    await operate({ action: "setAccountStatus", accountId, status: "banned" });
    await expect(operate({ action: "suspend", accountId })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});
