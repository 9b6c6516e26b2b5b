import type { StandingAnswer } from "../../shared/contracts/operator-answers.ts";
import { heldNumber, minute, oneLine } from "../plain-text.ts";
import { wrapped } from "../table.ts";

type Suspension = StandingAnswer["suspensions"][number];

const indent = " ".repeat(11);

/** What is suspended of an account, in a few words. */
export function scopeText({ scope, domainName, stream }: Omit<Suspension, "held">): string {
  return oneLine(domainName ?? (stream === undefined ? `whole ${scope}` : `${stream} stream`));
}

/** Suspensions, ban and warnings, each with why; empty for an account that stands well. */
export function standingText(
  { suspensions, warnings, ban, held }: StandingAnswer,
  columns: number | undefined,
): string {
  const line = (name: string, says: string) => name.padEnd(indent.length) + wrapped(says, columns, indent);
  const why = (reason: string) => (reason === "" ? [] : [line("", oneLine(reason))]);
  return [
    ...(ban === undefined ? [] : [line("Banned", `since ${minute(ban.since)} UTC`), ...why(ban.reason)]),
    ...suspensions.flatMap((one) => [line("Suspended", suspensionText(one)), ...why(one.reason)]),
    ...warnings.flatMap(({ stream, since, reason }) => [
      line("Warned", `${stream} stream, ${minute(since)} UTC`),
      ...why(reason),
    ]),
    // Of no suspension: it goes out by itself, or is rejected.
    ...(suspensions.length === 0 && held.messages > 0
      ? [line("Held", `${heldNumber(held)} messages, on their way back into the queue`)]
      : []),
  ].join("\n");
}

function suspensionText(suspension: Suspension): string {
  const { since, banAt, answered, automatic, held } = suspension;
  return [
    `${scopeText(suspension)} since ${minute(since)}${automatic ? ", by its rates" : ""}`,
    `${heldNumber(held)} held`,
    `a ban from ${minute(banAt)} UTC on${answered ? ", though answered" : ""}`,
  ].join("; ");
}
