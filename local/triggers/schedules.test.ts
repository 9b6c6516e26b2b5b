import timekeeper from "timekeeper";
import { afterEach, describe, expect, it } from "vitest";
import type { ScheduleDefinition } from "./schedule-definitions.ts";
import { Schedules } from "./schedules.ts";

let schedules: Schedules | undefined;
afterEach(async () => {
  timekeeper.reset();
  await schedules?.stop();
});

const start = Date.parse("2026-11-22T21:02:00Z");

function scheduled(definitions: Partial<ScheduleDefinition>[]) {
  timekeeper.travel(start);
  const invoked: [string, Record<string, unknown>][] = [];
  schedules = new Schedules(
    definitions.map((definition, place) => ({
      id: `Schedule${place}`,
      arn: `arn:schedule${place}`,
      expression: "rate(5 minutes)",
      timeZone: "UTC",
      functionId: "Worker",
      input: undefined,
      ...definition,
    })),
    async (functionId, event) => {
      invoked.push([functionId, JSON.parse(event)]);
    },
  );
  return {
    invoked,
    async at(time: string) {
      timekeeper.travel(Date.parse(time));
      await schedules?.fireDue();
      return invoked.splice(0).map(([functionId]) => functionId);
    },
  };
}

describe("schedules", () => {
  it("fire when they are due, each by its own expression", async () => {
    const { at } = scheduled([{ functionId: "Often" }, { functionId: "Rarely", expression: "rate(1 hour)" }]);

    expect(await at("2026-11-22T21:04:59Z")).toEqual([]);
    expect(await at("2026-11-22T21:05:00Z")).toEqual(["Often"]);
    expect(await at("2026-11-22T21:05:01Z")).toEqual([]);
    expect(await at("2026-11-22T22:00:00Z")).toEqual(["Often", "Rarely"]);
  });

  it("fire once when the clock has jumped over many times", async () => {
    const { at } = scheduled([{}]);

    expect(await at("2026-12-22T21:03:00Z")).toEqual(["Worker"]);
    expect(await at("2026-12-22T21:05:00Z")).toEqual(["Worker"]);
  });

  it("fire no more after their only time", async () => {
    const { at } = scheduled([{ expression: "at(2026-11-23T00:00:00)" }]);

    expect(await at("2026-11-23T00:00:00Z")).toEqual(["Worker"]);
    expect(await at("2027-11-23T00:00:00Z")).toEqual([]);
  });

  it("hand over their input with the time in it, or the event that the Scheduler makes", async () => {
    const input = '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}';
    const { invoked } = scheduled([{ input }, {}]);
    timekeeper.travel(Date.parse("2026-11-22T21:05:30Z"));
    await schedules?.fireDue();

    expect(invoked[0]?.[1]).toEqual({ at: "2026-11-22T21:05:00Z", by: "arn:schedule0" });
    expect(invoked[1]?.[1]).toMatchObject({
      source: "aws.scheduler",
      time: "2026-11-22T21:05:00Z",
      resources: ["arn:schedule1"],
    });
  });
});
