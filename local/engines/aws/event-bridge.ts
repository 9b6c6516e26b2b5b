import { randomUUID } from "node:crypto";
import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsService, bodyAs, ok } from "./protocol.ts";

/** How many events are kept to be looked at, the latest. */
const mostKept = 1_000;
const mostBytes = 256 * 1024;

// As PutEvents' reference has them: at most 10 entries, each with source, type and a JSON object.
const entrySchema = z.object({
  Source: z.string().min(1).max(256),
  DetailType: z.string().min(1).max(128),
  Detail: z.string(),
  EventBusName: z.string().optional(),
  Time: z.number().optional(),
});
const putSchema = z.object({ Entries: z.array(entrySchema).min(1).max(10) });

/** An event as a rule's target would see it. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly time: string;
  readonly detail: unknown;
}

/** EventBridge's PutEvents on the default bus. No rule listens here: events are kept, to be looked at. */
export function eventBridgeService(kept: BusEvent[]): AwsService {
  return async (request) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1];
    if (operation !== "PutEvents") {
      throw new AwsError(400, "UnknownOperationException", `EventBridge ${operation} is not served locally.`);
    }
    const { Entries } = bodyAs(putSchema, request, "ValidationException");
    const answers = Entries.map((entry) => {
      const detail = objectIn(entry.Detail);
      if (detail === undefined) {
        return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
      }
      const id = randomUUID();
      const time = new Date(entry.Time === undefined ? Date.now() : entry.Time * 1_000).toISOString();
      kept.push({ id, source: entry.Source, "detail-type": entry.DetailType, time, detail });
      return { EventId: id };
    });
    kept.splice(0, kept.length - mostKept);
    const failed = answers.filter((answer) => "ErrorCode" in answer).length;
    return ok({ FailedEntryCount: failed, Entries: answers });
  };
}

function objectIn(text: string): object | undefined {
  if (Buffer.byteLength(text) > mostBytes) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
