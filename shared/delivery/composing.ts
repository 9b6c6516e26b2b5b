import type { EmailContent, JobRecipient, RawContent } from "../contracts/delivery-job.ts";
import type { Mime } from "../mail/mime.ts";
import type { ContentClient } from "./content-client.ts";
import type { LinkDeps } from "./recipient-links.ts";

export interface ComposeDeps extends LinkDeps {
  readonly contents: Pick<ContentClient, "read" | "rawMessage">;
}

export interface Composed {
  readonly mime: Mime;
  readonly rfcMessageId: string;
}

/** What a recipient wants of all mail from the domain: not to be tracked. */
export interface Choice {
  readonly optedOut: boolean;
}

/** Writes one job's email for each of its recipients. */
export interface Composer {
  /** How large the email is. */
  readonly bytes: number;
  /** @param choice not opted out unless given */
  compose(recipient: JobRecipient, choice?: Choice): Promise<Composed>;
  /** Lets go of what was kept for the next recipient; nothing that was composed can be sent after it. */
  close(): Promise<void>;
}

export type Content = EmailContent | RawContent;
