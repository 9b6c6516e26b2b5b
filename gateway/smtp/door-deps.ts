import type { Stream } from "../../shared/contracts/streams.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import type { ConnectionCounts } from "./connection-counts.ts";
import type { SmtpLimits } from "./limits.ts";

/** What the visits of the SMTP door need. */
export interface SmtpDoorDeps {
  /** What accepting for a stream needs. */
  accept(stream: Stream): AcceptDeps;
  /** Whether an account has used up its month, as it was some seconds ago. */
  isMonthSpent(accountId: number): Promise<boolean>;
  readonly counts: ConnectionCounts;
  readonly limits: SmtpLimits;
  /** Whether the door takes no new messages. */
  isStopping(): boolean;
}
