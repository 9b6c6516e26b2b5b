import type { BounceCategory } from "../contracts/message-event.ts";
import { enhancedStatus } from "../mail/smtp-reply.ts";
import { statusRules, subjectRules, textRules } from "./bounce-rules.ts";

/** A negative reply, and what its codes are. */
export interface ServerReply {
  /** As it came, of any number of lines. */
  readonly response: string;
  /** Three digits (RFC 5321 §4.2); absent where no server spoke. */
  readonly responseCode?: number | undefined;
  /** RFC 3463. */
  readonly enhancedStatus?: string | undefined;
}

/** Longer replies are cut: nobody reads on, and events are small. */
const longestResponse = 500;

/**
 * Reads the codes off a reply, or off the `Diagnostic-Code` of a delivery report (RFC 3464 §2.3.6), which
 * puts the protocol's name first.
 */
export function replyIn(text: string): ServerReply {
  const response = text
    .replace(/^\s*(?:smtp|x-[a-z0-9-]+|dns)\s*;\s*/i, "")
    .trim()
    .slice(0, longestResponse);
  const code = /^([245]\d\d)(?:[ -]|$)/.exec(response)?.[1];
  return {
    response,
    responseCode: code === undefined ? undefined : Number(code),
    enhancedStatus: enhancedStatus(response),
  };
}

/**
 * The kind of trouble that a reply tells of: by its words, which say more than codes and contradict them
 * often, else by its enhanced status code, else by its basic code.
 */
export function bounceCategoryOf(reply: ServerReply): BounceCategory {
  const kind = isTemporary(reply) ? "temporary" : "permanent";
  const text = oneLine(reply.response);
  const status = reply.enhancedStatus ?? "";
  const rule = textRules.find(
    ({ only = kind, except, texts }) =>
      only === kind && !except?.test(status) && texts.some((words) => words.test(text)),
  );
  return rule?.category ?? byStatus(status) ?? byCode(reply.responseCode, kind);
}

function isTemporary({ responseCode, enhancedStatus: status }: ServerReply): boolean {
  return status?.startsWith("4.") ?? (responseCode !== undefined && responseCode < 500);
}

/** Each line of a long reply repeats the codes in the midst of a sentence. */
function oneLine(response: string): string {
  return response
    .replace(/\r?\n|\\n/g, " ")
    .replace(/ [245]\d\d-(?:[245]\.\d{1,3}\.\d{1,3} )?/g, " ")
    .replace(/ +/g, " ")
    .toLowerCase();
}

function byStatus(status: string): BounceCategory | undefined {
  const [, subject, detail] = /^[245]\.(\d+)\.(\d+)$/.exec(status) ?? [];
  if (subject === undefined) return undefined;
  return statusRules[`${subject}.${detail}`] ?? subjectRules[subject];
}

function byCode(code: number | undefined, kind: "temporary" | "permanent"): BounceCategory {
  if (code === undefined) return "other";
  if (code === 550 || code === 551) return "generalfail";
  return kind === "temporary" ? "transientfail" : "generalfail";
}
