import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logPackingStore } from "../../shared/messages/log-packing-store.ts";
import { clientFor, documentClientFor } from "../support/dynamodb.ts";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { officialClient } from "../support/official-client.ts";

let cloud: LocalCloud;
let client: ReturnType<typeof officialClient>;
beforeAll(async () => {
  cloud = await startLocalCloud();
  client = officialClient(cloud);
});
afterAll(() => cloud.stop());

const send = (to: readonly string[], fields: { subject: string; category?: string }) =>
  client.send({
    from: { email: `hello@${cloud.domain}` },
    to: to.map((email) => ({ email })),
    text: "Hello",
    ...fields,
  });

/** The packer leaves few messages alone, unless it is told that there are many. */
async function sayThatLogIsLarge(accountId: number): Promise<void> {
  const { DYNAMODB } = await cloud.awsEndpoints();
  const client = documentClientFor(clientFor(DYNAMODB));
  const packing = logPackingStore({ client, table: "Postern-MessagesTable" });
  await packing.nominate({ accountId, rows: 2_000, deltas: 0 }, (await cloud.now()).getTime());
  client.destroy();
}

const today = async () => (await cloud.now()).toISOString().slice(0, 10);

describe("the official client", () => {
  it("finds what became of a message, in the log and in the statistics", async () => {
    const sent = await send(["reader@example.net", "bounce@simulator.amazonses.com"], {
      subject: "Logged",
      category: "Receipts",
    });
    const [delivered = "", bounced = ""] = sent.message_ids;

    await eventually(async () => {
      const { status, events } = await client.emailLogs.get(delivered);
      expect({ status, kinds: events?.map(({ event_type }) => event_type) }).toEqual({
        status: "delivered",
        kinds: ["delivery"],
      });
      expect((await client.emailLogs.get(bounced)).status).toBe("not_delivered");
    });

    const list = await client.emailLogs.getList({
      filters: {
        category: { operator: "equal", value: "Receipts" },
        events: { operator: "include_event", value: ["delivery", "bounce"] },
        sent_after: new Date((await cloud.now()).getTime() - 3_600_000).toISOString(),
      },
    });
    expect(list.messages.map(({ message_id }) => message_id)).toEqual([bounced, delivered]);
    expect(list).toMatchObject({ total_count: 2, next_page_cursor: null });
    expect(list.messages[1]).toMatchObject({
      to: "reader@example.net",
      subject: "Logged",
      sending_domain_id: cloud.domainId,
    });

    const days = { start_date: await today(), end_date: await today() };
    const byCategory = await client.stats.byCategory({ ...days, categories: ["Receipts"] });
    expect(byCategory).toMatchObject([
      {
        value: "Receipts",
        stats: { delivery_count: 1, delivery_rate: 0.5, bounce_count: 1, bounce_rate: 0.5 },
      },
    ]);
    const byDomain = await client.stats.byDomain({ ...days, sending_domain_ids: [cloud.domainId] });
    expect(byDomain.map(({ value }) => value)).toEqual([cloud.domainId]);
  });

  it("finds the same when the log is packed, and what happens to packed messages", async () => {
    const { accountId, domain, token } = await cloud.newAccount({ emailsPerHour: 100_000 });
    const own = officialClient({ ...cloud, accountId }, { token });
    const recipients = 300;
    const { responses } = await own.batchSend({
      base: { from: { email: `hello@${domain}` }, subject: "Campaign", text: "Hello" },
      requests: Array.from({ length: recipients }, (_, place) => ({
        to: [{ email: `reader${place}@example.net` }],
      })),
    });
    expect(responses.every(({ success }) => success)).toBe(true);
    const delivered = { filters: { status: { operator: "equal", value: "delivered" } } } as const;
    await eventually(
      async () => expect((await own.emailLogs.getList(delivered)).total_count).toBe(recipients),
      60_000,
    );
    const before = await own.emailLogs.getList(delivered);

    await sayThatLogIsLarge(accountId);
    await cloud.advanceClock({ hours: 2 });
    await cloud.advanceClock({ minutes: 6 });
    await cloud.advanceClock({ minutes: 6 });
    expect(await cloud.log()).toContain(`"rows":${recipients}`);

    const after = await own.emailLogs.getList(delivered);
    expect(after).toEqual(before);
    const rest = await own.emailLogs.getList({ ...delivered, search_after: after.next_page_cursor ?? "" });
    expect(rest.messages).toHaveLength(100);
    expect((await own.emailLogs.getList()).total_count).toBe(recipients);
  });
});
