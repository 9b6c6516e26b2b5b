import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "./endpoint-test-kit.ts";

let aws: TestEndpoint;
let events: EventBridgeClient;
const time = new Date("2026-07-01T00:00:00Z");
const entry = { Source: "postern", DetailType: "Billing Period Closed", Detail: '{"id":"1"}', Time: time };

beforeAll(async () => {
  aws = await startTestEndpoint();
  events = new EventBridgeClient(aws.reached);
});
afterAll(() => aws.stop());

describe("the local event bus", () => {
  it("keeps what is put, as a rule's target would see it", async () => {
    const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    expect(FailedEntryCount).toBe(0);
    expect(aws.busEvents()).toEqual([
      {
        ...{ id: Entries?.[0]?.EventId, source: "postern", "detail-type": "Billing Period Closed" },
        ...{ time: time.toISOString(), detail: { id: "1" } },
      },
    ]);
  });

  it("refuses an entry whose detail is no JSON object, as AWS does, entry by entry", async () => {
    const Entries = [{ ...entry, Detail: "[]" }, entry];
    const answer = await events.send(new PutEventsCommand({ Entries }));
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.[0]).toMatchObject({ ErrorCode: "MalformedDetail" });
  });

  it("refuses a call without entries", async () => {
    await expect(events.send(new PutEventsCommand({ Entries: [] }))).rejects.toThrow();
  });
});
