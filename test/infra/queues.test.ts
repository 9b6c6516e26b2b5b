import { describe, expect, it } from "vitest";
import { alarmsOn, asText, ofType, refusesPlainText, synthesize } from "./synthesized.ts";

const resources = synthesize();
const queues = ofType(resources, "AWS::SQS::Queue");
const workedOff = queues.filter(([, { Properties }]) => Properties.RedrivePolicy !== undefined);
const deadLetters = queues.filter(([, { Properties }]) => Properties.RedrivePolicy === undefined);
const mappings = ofType(resources, "AWS::Lambda::EventSourceMapping");

describe("every queue", () => {
  it.each(queues)("%s is encrypted and takes TLS only", (id, { Properties }) => {
    expect(Properties.SqsManagedSseEnabled).toBe(true);
    expect(refusesPlainText(resources, "AWS::SQS::QueuePolicy", "Queues", id)).toBe(true);
  });

  it("that is worked off is one of these", () => {
    expect(workedOff.map(([id]) => id).toSorted()).toEqual([
      "DeliverBulkQueue",
      "DeliverTransactionalQueue",
      "EventsQueue",
      "IncomingMailQueue",
      "ListTransfersQueue",
      "SlowWebhookTicksQueue",
      "WebhookTicksQueue",
    ]);
  });

  it.each(workedOff)(
    "%s has dead letters that are kept longer than its own messages",
    (_, { Properties }) => {
      const letters = resources[Properties.RedrivePolicy.deadLetterTargetArn["Fn::GetAtt"][0]];
      expect(letters?.Properties.MessageRetentionPeriod).toBeGreaterThan(Properties.MessageRetentionPeriod);
    },
  );

  it.each(workedOff)("%s rings when its oldest message waits too long", (id) => {
    expect(alarmsOn(resources, "QueueName", id).map(({ Properties }) => Properties.MetricName)).toEqual([
      "ApproximateAgeOfOldestMessage",
    ]);
  });

  it.each(deadLetters)("%s, of dead letters, rings as soon as there is one", (id) => {
    const [alarm] = alarmsOn(resources, "QueueName", id);
    expect(alarm?.Properties).toMatchObject({
      MetricName: "ApproximateNumberOfMessagesVisible",
      Threshold: 1,
      EvaluationPeriods: 1,
      Statistic: "Maximum",
    });
  });

  it.each(workedOff)("%s has one consumer, which answers for each message by itself", (id) => {
    const consumers = mappings.filter(
      ([, { Properties }]) => asText(Properties.EventSourceArn) === `<${id}.Arn>`,
    );
    expect(consumers.map(([, { Properties }]) => Properties.FunctionResponseTypes)).toEqual([
      ["ReportBatchItemFailures"],
    ]);
  });
});

describe("every event source mapping", () => {
  const pairs = mappings.map(([id, mapping]) => {
    const { EventSourceArn, FunctionName } = mapping.Properties;
    return [id, mapping, resources[EventSourceArn["Fn::GetAtt"][0]], resources[FunctionName.Ref]] as const;
  });

  it.each(pairs)("%s hides a message for six times the function's time-out", (_, __, queue, worker) => {
    expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * worker?.Properties.Timeout);
  });

  it.each(pairs)("%s never receives more than may run", (_, mapping, __, worker) => {
    const mayRun = worker?.Properties.ReservedConcurrentExecutions ?? 10;
    expect(mapping.Properties.ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(mayRun);
  });

  it("gives each delivery worker ten jobs, and the recorder what comes within a second", () => {
    const batches = Object.fromEntries(
      mappings.map(([, { Properties }]) => [
        Properties.FunctionName.Ref,
        [Properties.BatchSize, Properties.MaximumBatchingWindowInSeconds],
      ]),
    );
    expect(batches).toEqual({
      DeliverBulk: [10, undefined],
      DeliverTransactional: [10, undefined],
      DispatchWebhooks: [50, 1],
      ReceiveMail: [10, undefined],
      RecordEvents: [500, 1],
      TransferLists: [1, undefined],
    });
  });
});

describe("every schedule", () => {
  const schedules = ofType(resources, "AWS::Scheduler::Schedule");

  it("starts one of these, on the minute", () => {
    const rates = schedules.map(([, { Properties }]) => [
      asText(Properties.Target.Arn),
      Properties.ScheduleExpression,
    ]);
    expect(Object.fromEntries(rates)).toEqual({
      "<ResetPeriods.Arn>": "rate(5 minutes)",
      "<ReconcileQuota.Arn>": "rate(15 minutes)",
      "<CheckDomains.Arn>": "rate(1 minute)",
      "<WatchTokens.Arn>": "rate(1 hour)",
      "<WatchUsage.Arn>": "rate(15 minutes)",
      "<SendNotices.Arn>": "rate(1 minute)",
      "<PackLog.Arn>": "rate(5 minutes)",
      "<KeepStandings.Arn>": "rate(1 minute)",
      "<WatchReputation.Arn>": "rate(15 minutes)",
      "<SettleAudits.Arn>": "rate(1 minute)",
    });
    expect(new Set(schedules.map(([, { Properties }]) => Properties.FlexibleTimeWindow.Mode))).toEqual(
      new Set(["OFF"]),
    );
  });

  it.each(schedules)("%s tries a few times, then leaves a dead letter", (_, { Properties }) => {
    expect(Properties.Target.RetryPolicy.MaximumRetryAttempts).toBe(3);
    expect(asText(Properties.Target.DeadLetterConfig.Arn)).toBe("<SchedulesDeadLetters.Arn>");
  });
});
