import { PosternError } from "../platform/errors.ts";
import { type UnsubscribeDeps, unsubscribe } from "../tracking/leave.ts";
import type { LinkKeyClient } from "../tracking/link-key-client.ts";
import { unsubscribeLinkIn } from "../tracking/recipient-links.ts";
import { complaintInReport } from "./complaint-in-report.ts";
import { purposeOf, unsubscribeTokensIn } from "./incoming-mail.ts";

export interface ReceiveDeps extends UnsubscribeDeps {
  readonly linkKeys: LinkKeyClient;
  readonly mailHost: string;
}

/** A mail that came for the service itself. */
export interface IncomingMail {
  /** Of the mail: the same one may be told of several times. */
  readonly id: string;
  readonly recipients: readonly string[];
  /** The mail as it arrived, one character per byte; its end may be missing where it is very long. */
  readonly raw: string;
  /** Epoch ms at which it arrived. */
  readonly at: number;
}

/** What came of a mail. */
export type Outcome = "unsubscribed" | "complaint recorded" | "nothing";

/**
 * Does what a mail to one of the service's own addresses asks for: ends a stream's mail to the recipient whose signed
 * token it brings, or records the complaint that it reports. Whoever wrote it, the token or the message's id is what
 * makes it believable. Doing it again changes nothing.
 *
 * @throws Error where it is not sure that what was asked for will last
 */
export async function receiveMail(deps: ReceiveDeps, mail: IncomingMail): Promise<Outcome> {
  const asked = new Set(mail.recipients.map((recipient) => purposeOf(recipient, deps.mailHost)));
  if (asked.has("unsubscribe") && (await isLeaving(deps, mail))) return "unsubscribed";
  if (asked.has("report") && (await isComplaining(deps, mail))) return "complaint recorded";
  return "nothing";
}

async function isLeaving(deps: ReceiveDeps, { id, raw, at }: IncomingMail): Promise<boolean> {
  const key = await deps.linkKeys.key();
  const link = unsubscribeTokensIn(raw)
    .map((token) => unsubscribeLinkIn(token, key))
    .find((found) => found !== undefined);
  if (link === undefined) return false;
  await unsubscribe(deps, link, { requestId: id, at });
  return true;
}

async function isComplaining({ events }: ReceiveDeps, { raw, at }: IncomingMail): Promise<boolean> {
  const complaint = complaintOf(raw, at);
  if (complaint === undefined) return false;
  await events.put([complaint]);
  return true;
}

/** Anybody may write to these addresses: what is no report of ours is nothing. */
function complaintOf(raw: string, at: number) {
  try {
    return complaintInReport(raw, at);
  } catch (error) {
    if (error instanceof PosternError && error.code === "invalid_request") return undefined;
    throw error;
  }
}
