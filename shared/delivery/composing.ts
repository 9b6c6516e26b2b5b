import type { EmailContent, JobRecipient, RawContent } from "../contracts/delivery-job.ts";
import type { Mime } from "../mail/mime.ts";
import type { ContentClient } from "./content-client.ts";
import type { LinkDeps } from "./unsubscribe-link.ts";

export interface ComposeDeps extends LinkDeps {
  readonly contents: Pick<ContentClient, "read" | "rawMessage">;
}

export interface Composed {
  readonly mime: Mime;
  readonly rfcMessageId: string;
}

/** Writes one job's email for each of its recipients. */
export interface Composer {
  /** How large the email is. */
  readonly bytes: number;
  compose(recipient: JobRecipient): Promise<Composed>;
  /** Lets go of what was kept for the next recipient; nothing that was composed can be sent after it. */
  close(): Promise<void>;
}

export type Content = EmailContent | RawContent;
