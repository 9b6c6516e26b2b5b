import { asPosternError } from "../../shared/platform/errors.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import { smtpReply } from "../../shared/platform/smtp.ts";

/** What smtp-server wants to be given for a reply that refuses. */
export interface ReplyError extends Error {
  responseCode: number;
}

/** The reply for anything that was thrown; what no customer may see is logged and becomes a fixed text. */
export function replyErrorOf(thrown: unknown): ReplyError {
  const error = asPosternError(thrown);
  if (error.code === "internal") logger.error("an SMTP command failed", { failure: failureOf(thrown) });
  const { code, text } = smtpReply(error);
  return Object.assign(new Error(text), { responseCode: code });
}

/** Whether a text begins with an enhanced status code, so that none is to be put before it. */
export function hasEnhancedStatus(text: string): boolean {
  return /^[245]\.\d{1,3}\.\d{1,3} /.test(text);
}
