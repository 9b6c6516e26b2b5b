import { covers, type SuspensionScope } from "../accounts/suspension.ts";
import type { HeldCounts } from "./held-store.ts";

/** A number of messages that are held. */
export interface Held {
  readonly messages: number;
  /** Whether these are all of them; otherwise there are more. */
  readonly isAll: boolean;
}

/** How much is held of the mail that a suspension is of; mail of which several are counts for each. */
export function heldOf({ counts, isAll }: HeldCounts, scope: SuspensionScope): Held {
  const its = counts.filter((mail) => covers(scope, mail));
  return { messages: its.reduce((sum, { messages }) => sum + messages, 0), isAll };
}
