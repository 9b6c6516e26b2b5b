import type { Finding } from "../../../shared/contracts/operator-answers.ts";

/** What came of one look, without its name. */
export type Outcome = Omit<Finding, "name">;

export function ok(says: string): Outcome {
  return { outcome: "ok", says };
}

export function failed(says: string, remedy: string): Outcome {
  return { outcome: "failed", says, remedy };
}

export function warning(says: string, remedy: string): Outcome {
  return { outcome: "warning", says, remedy };
}

/** Takes one look; one that AWS refuses is a finding, too, and names the permission that is missing. */
export async function look(name: string, at: () => Outcome | Promise<Outcome>): Promise<Finding> {
  try {
    return { name, ...(await at()) };
  } catch (error) {
    return { name, ...outcomeOfError(error) };
  }
}

function outcomeOfError(error: unknown): Outcome {
  const { name = "Error", message = "" } = Object(error) as { name?: string; message?: string };
  if (!name.startsWith("AccessDenied")) {
    return failed(
      `it could not be looked at: ${name}: ${message}`,
      "Try again; if it stays, see whether AWS has an event for this service in the Health Dashboard.",
    );
  }
  const [, action = "the action", resource] = /to perform: (\S+)(?: on resource: (\S+))?/.exec(message) ?? [];
  const where = resource === undefined ? "" : ` on ${resource}`;
  return failed(
    `the function Operator may not ${action}`,
    `Its role lacks the permission ${action}${where}: deploy the stack again.`,
  );
}
