import { Readable } from "node:stream";
import libmime from "libmime";
import type { RawContent } from "../contracts/delivery-job.ts";
import { queueCallBytes, recipientsPerJob } from "../contracts/delivery-job.ts";
import { readFromField } from "../mail/from-field.ts";
import { type OpenMessage, openMessage, type RawField } from "../mail/raw-head.ts";
import { lawfulLines } from "../mail/raw-lines.ts";
import { PosternError } from "../platform/errors.ts";
import { newId } from "../platform/ids.ts";
import { customVariablesField } from "./custom-variables-field.ts";
import type { Customer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import type { Email, Recipient } from "./email.ts";

/** Larger messages go into the bucket while they come, and so never lie in memory whole. */
const inlineBytes = 128 * 1024;
/** Room in a job for what is not content: names and ids of its recipients. */
const jobBytes = 30_000;

const longestCategory = 255;
const longestSubject = 998;

/** What is read of a raw message besides its bytes. */
export interface RawEmail {
  readonly email: Email;
  /** In the order in which they were named to the door. */
  readonly recipients: readonly Recipient[];
}

/**
 * Reads a raw message to its end: checks its From field and keeps the rest as it is, in the job if it is
 * small and in the payload bucket if not. Fields that are not for recipients are taken out.
 *
 * @param domainName the domain that the From field must name, in A-labels
 * @param recipients addresses from the envelope
 * @throws PosternError `message_too_large`, `from_header_mismatch`, or `invalid_request` with what is wrong
 */
export async function readRawEmail(
  deps: Pick<AcceptDeps, "payloads" | "clock">,
  { account }: Customer,
  domainName: string,
  recipients: readonly string[],
  content: AsyncIterable<Uint8Array>,
): Promise<RawEmail> {
  const message = await openMessage(lawfulLines(atMost(content, account.limits.messageBytes)));
  const from = senderOf(message.fields, domainName);
  const key = `${account.id}/${newId(deps.clock.now())}/message.eml`;
  const kept = await keep(deps, key, message, inlineShare(recipients.length));
  const subject = decoded(onlyValue(message.fields, "subject") ?? "").slice(0, longestSubject);
  return {
    email: {
      shared: {},
      own: {},
      raw: { ...kept, from, subject: subject.toWellFormed() },
      category: categoryOf(message.fields),
      customVariables: variablesOf(message.fields),
    },
    recipients: kindsOf(recipients, message.fields),
  };
}

async function* atMost(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > most) throw new PosternError("message_too_large");
    yield chunk;
  }
}

/** All jobs of one email together should fit few calls to the queue; base64 takes four bytes for three. */
function inlineShare(recipients: number): number {
  const jobs = Math.ceil(recipients / recipientsPerJob);
  return Math.min(inlineBytes, Math.floor(((queueCallBytes / jobs - jobBytes) * 3) / 4));
}

async function keep(
  { payloads }: Pick<AcceptDeps, "payloads">,
  key: string,
  { head, rest }: OpenMessage,
  mostInline: number,
): Promise<Pick<RawContent, "raw" | "bytes">> {
  const read = [head];
  let bytes = head.length;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    read.push(next.value);
    bytes += next.value.length;
    if (bytes > mostInline) return store(payloads, key, read, rest);
  }
  return { raw: { inline: Buffer.concat(read).toString("base64") }, bytes };
}

async function store(
  payloads: AcceptDeps["payloads"],
  key: string,
  read: Buffer[],
  rest: AsyncIterable<Buffer>,
): Promise<Pick<RawContent, "raw" | "bytes">> {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for (const chunks of [read.splice(0), rest]) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    }
  }
  await payloads.upload(key, Readable.from(counted(), { objectMode: false }));
  return { raw: { stored: key }, bytes };
}

/** @throws PosternError unless there is one From field, with one sound address at the domain */
function senderOf(fields: readonly RawField[], domainName: string): string {
  const values = fields.filter(({ name }) => name === "from").map(({ value }) => value);
  if (values.length !== 1) throw invalid("message must have exactly one From field");
  const address = readFromField(values[0] ?? "");
  if (address === "invalid") throw invalid("message must have one valid address in its From field");
  if (address === "non-ascii-local-part") throw new PosternError("address_not_ascii");
  if (address.domain !== domainName) throw new PosternError("from_header_mismatch");
  return address.email;
}

/** A field's value; none where it is missing or repeated. */
function onlyValue(fields: readonly RawField[], wanted: string): string | undefined {
  const values = fields.filter(({ name }) => name === wanted);
  return values.length === 1 ? values[0]?.value : undefined;
}

function categoryOf(fields: readonly RawField[]): string | undefined {
  const category = decoded(onlyValue(fields, "x-mt-category") ?? "").trim();
  return category === "" || [...category].length > longestCategory ? undefined : category;
}

/** What is no JSON object, or too large, counts as not there: the message goes out all the same. */
function variablesOf(fields: readonly RawField[]): Record<string, string> | undefined {
  const value = onlyValue(fields, "x-mt-custom-variables");
  const variables = value === undefined ? undefined : (jsonOf(value) ?? jsonOf(decoded(value)));
  const result = customVariablesField.safeParse(variables);
  return result.success ? result.data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without encoded words (RFC 2047) and control characters. */
function decoded(value: string): string {
  return libmime
    .decodeWords(value)
    .replace(/\p{Cc}+/gu, " ")
    .toWellFormed();
}

/** Who stands in neither To nor Cc receives a blind copy. */
function kindsOf(recipients: readonly string[], fields: readonly RawField[]): Recipient[] {
  const to = addressesIn(fields, "to");
  const cc = addressesIn(fields, "cc");
  return recipients.map((email) => {
    const lower = email.toLowerCase();
    return { email, kind: to.has(lower) ? "to" : cc.has(lower) ? "cc" : "bcc" };
  });
}

function addressesIn(fields: readonly RawField[], wanted: string): Set<string> {
  const values = fields.filter(({ name }) => name === wanted).map(({ value }) => value.toLowerCase());
  return new Set(values.flatMap((value) => value.match(/[^\s<>,;:"()]+@[^\s<>,;:"()]+/g) ?? []));
}

function invalid(message: string): PosternError {
  return new PosternError("invalid_request", { messages: [message] });
}
