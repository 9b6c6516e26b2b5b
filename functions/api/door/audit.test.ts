import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { type AuditStore, auditStore } from "../../../shared/accounts/audit-store.ts";
import { unsettledPrefix } from "../../../shared/accounts/keys.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { fieldErrors } from "./errors.ts";
import { route } from "./route.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));

const routes = [
  route({
    ...{ method: "DELETE", path: "/webhooks/{id}", topic: "Things", summary: "A thing" },
    ...{ access: "account admin", responses: { 204: undefined } },
    handle: async ({ params: { id = "" } }) => {
      if (id === "taken") throw fieldErrors({ base: ["is taken"] });
      if (id === "broken") throw new Error("the database burns");
      return { status: 204, audit: auditNote({ type: "webhook", verb: "deleted", id }) };
    },
  }),
];

let service: SendService;
let client: DynamoDBDocumentClient;
let audits: AuditStore;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  client = documentClientFor(service.dynamo);
  audits = auditStore({ client, table: "Accounts", clock });
  ask = apiClient(service, routes);
});
afterAll(() => service.stop());
beforeEach(async () => {
  account = await service.account();
});

const remove = async (id: string) =>
  (await ask("DELETE", `/api/webhooks/${id}`, { token: account.token })).status;
/** What is left to be settled, and what the log has once somebody sees to that. */
const found = async () => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: "Accounts",
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": `ACCOUNT#${account.accountId}`, ":prefix": unsettledPrefix },
    }),
  );
  for (const { sk } of Items) {
    await audits.sealed({ accountId: account.accountId, id: String(sk).slice(unsettledPrefix.length) });
  }
  const entries = await audits.list(account.accountId, { limit: 10 });
  return { left: Items.length, events: entries.map(({ event, description }) => [event, description]) };
};

describe("a request that changes something", () => {
  it("is in the log when it is done, and leaves nothing to be settled", async () => {
    expect(await remove("7")).toBe(204);
    expect(await found()).toEqual({
      left: 0,
      events: [["activity_log.webhook.deleted", "Webhook 7 deleted"]],
    });
  });

  it("that is refused leaves nothing", async () => {
    expect(await remove("taken")).toBe(422);
    expect(await found()).toEqual({ left: 0, events: [] });
  });

  it("that fails is in the log as one of which nobody knows whether it took effect", async () => {
    expect(await remove("broken")).toBe(500);
    expect(await found()).toEqual({
      left: 1,
      events: [
        [
          "activity_log.webhook.begun",
          "DELETE /webhooks/broken was begun; whether it took effect is not known",
        ],
      ],
    });
  });
});
