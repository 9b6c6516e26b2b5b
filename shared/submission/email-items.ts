import { PosternError } from "../platform/errors.ts";
import { contentOf, type Draft, draftOf, draftOver } from "./email.ts";
import { type EmailFields, readFields } from "./email-fields.ts";
import { isAbsent } from "./field-kinds.ts";

const mostItems = 500;
// Besides being much for one call: the answer names one id for each, and a function may answer 6 MB.
const mostRecipients = 100_000;

/**
 * Reads one email.
 *
 * @throws PosternError `invalid_request` for what is no email at all
 */
export function readEmail(email: unknown): Draft {
  return draftOf(readFields(objectOf(email)));
}

/**
 * Reads a batch, `{ base?, requests }`, into one draft for each request.
 *
 * @throws PosternError `invalid_request` for what is wrong with the batch as a whole
 */
export function readBatch(batch: unknown): Draft[] {
  const { base, requests } = objectOf(batch) as { base?: unknown; requests?: unknown };
  const items = readRequests(requests);
  const baseFields = readBase(base);
  const shared = contentOf(baseFields);
  const drafts = items.map((item) => draftOver(baseFields, shared, readFields(item)));
  const recipients = drafts.reduce((sum, draft) => sum + draft.recipients.length, 0);
  if (recipients > mostRecipients)
    throw invalid(`'requests' must not exceed ${mostRecipients} recipients in all`);
  return drafts;
}

function readRequests(requests: unknown): object[] {
  if (isAbsent(requests) || (Array.isArray(requests) && requests.length === 0)) {
    throw invalid("empty field: 'requests'");
  }
  if (!Array.isArray(requests) || !requests.every(isObject)) {
    throw invalid("'requests' must be an array of objects");
  }
  if (requests.length > mostItems) throw invalid(`'requests' must not exceed ${mostItems} emails`);
  return requests;
}

/** The base's fields; recipients are each email's own, and none are taken from here. */
function readBase(base: unknown): EmailFields {
  if (isAbsent(base)) return {};
  if (!isObject(base)) throw invalid("'base' must be an object");
  const { to, cc, bcc, ...fields } = readFields(base);
  return fields;
}

function objectOf(value: unknown): object {
  if (!isObject(value)) throw invalid("request body must be a JSON object");
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(message: string): PosternError {
  return new PosternError("invalid_request", { messages: [message] });
}
