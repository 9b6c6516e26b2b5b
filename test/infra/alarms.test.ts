import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ofType, publishersTo, synthesize } from "./synthesized.ts";

const resources = synthesize();
// Those that make containers more or fewer tell nobody.
const alarms = ofType(resources, "AWS::CloudWatch::Alarm").filter(
  ([, { Properties }]) =>
    resources[Properties.AlarmActions[0].Ref]?.Type !== "AWS::ApplicationAutoScaling::ScalingPolicy",
);

describe("every alarm", () => {
  const runbook = readFileSync("docs/operator/runbook.md", "utf8");
  const entries = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => anchorOf(String(heading)));
  const named = alarms.map(
    ([, { Properties }]) => /runbook\.md#(\S+)$/.exec(Properties.AlarmDescription)?.[1],
  );

  it.each(alarms)("%s tells the operator, when it rings and when it is over", (_, { Properties }) => {
    const topic = Properties.AlarmActions[0].Ref;
    expect(Properties.OKActions).toEqual([{ Ref: topic }]);
    expect(publishersTo(resources, topic)).toEqual(new Set(["cloudwatch.amazonaws.com"]));
  });

  it("names an entry of the runbook, and every entry has its alarm", () => {
    expect(new Set(named)).toEqual(new Set(entries));
  });
});

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
