import type { EmailContent, JobRecipient, RawContent } from "../contracts/delivery-job.ts";
import type { EmailFields, Field } from "./email-fields.ts";
import type { EmailFieldName } from "./email-schemas.ts";

export type Recipient = Omit<JobRecipient, "messageId">;

/** An email whose fields are all sound. */
export interface Email {
  /** Content that the other emails of a batch share: the same object in each of them; empty outside batches. */
  readonly shared: Partial<EmailContent>;
  /** The email's own content; laid over the shared one it is complete. */
  readonly own: Partial<EmailContent>;
  /** The email as a MIME message, instead of all fields. */
  readonly raw?: RawContent;
  readonly category: string | undefined;
  readonly customVariables: Record<string, string> | undefined;
}

/** What a customer's email amounts to, sound or not. */
export interface Draft {
  /** The domain of `from`, in A-labels; undefined where `from` is missing or invalid. */
  readonly senderDomain: string | undefined;
  /** Everybody whose address is valid, in the order to, cc, bcc. */
  readonly recipients: readonly Recipient[];
  /** What the customer must mend, in the order of the API's documentation; with none the email can go out. */
  readonly problems: readonly string[];
  /** Bytes of header fields, texts and decoded attachments. */
  readonly bytes: number;
  readonly email: Email;
}

// Hostile input can hold a mistake in each of hundreds of fields of hundreds of items; an answer that
// names them all would be larger than the API may give.
const mostProblems = 20;

const lists = ["to", "cc", "bcc"] as const;
const replacedByTemplate = ["subject", "text", "html", "category"] as const;
const othersInOrder = [
  "reply_to",
  "category",
  "custom_variables",
  "headers",
  "attachments",
  "template_uuid",
  "template_variables",
] as const satisfies readonly EmailFieldName[];

/** Puts the fields of one email together; see behaviour of the single mistakes in docs/errors-of-sending.md. */
export function draftOf(fields: EmailFields): Draft {
  return draftOver({}, {}, fields);
}

/**
 * Puts an item of a batch together: its own fields laid over those of the base, field by field.
 *
 * @param shared what `contentOf` makes of the base, the same object for every item
 */
export function draftOver(base: EmailFields, shared: Partial<EmailContent>, own: EmailFields): Draft {
  const fields = { ...base, ...own };
  return {
    senderDomain: domainOf(fields.from?.value?.email),
    recipients: lists.flatMap((kind) => (fields[kind]?.value ?? []).map(({ email }) => ({ email, kind }))),
    problems: problemsOf(fields).slice(0, mostProblems),
    bytes: Object.values(fields).reduce((sum, { bytes }) => sum + bytes, 0),
    email: {
      shared,
      own: { ...emptyContent(shared), ...contentOf(own) },
      category: fields.category?.value,
      customVariables: fields.custom_variables?.value,
    },
  };
}

/** The content that fields amount to, without those that were left out or are wrong. */
export function contentOf(fields: EmailFields): Partial<EmailContent> {
  const content = {
    from: fields.from?.value,
    to: fields.to?.value,
    cc: fields.cc?.value,
    replyTo: fields.reply_to?.value,
    subject: fields.subject?.value,
    text: fields.text?.value,
    html: fields.html?.value,
    headers: fields.headers?.value,
    attachments: fields.attachments?.value,
  };
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
}

function emptyContent(shared: Partial<EmailContent>): Partial<EmailContent> {
  return {
    to: [],
    cc: [],
    ...(shared.headers === undefined && { headers: {} }),
    ...(shared.attachments === undefined && { attachments: [] }),
  };
}

function problemsOf(fields: EmailFields): string[] {
  const problems = [
    ...(fields.from?.problems ?? ["'from' is required"]),
    ...recipientProblems(fields),
    ...(fields.template_uuid ? templateProblems(fields) : textProblems(fields)),
    ...othersInOrder.flatMap((name) => fields[name]?.problems ?? []),
  ];
  const templateIsAllThatIsWrong = problems.length === 0 && fields.template_uuid !== undefined;
  return templateIsAllThatIsWrong ? ["'template_uuid' is unknown"] : problems;
}

function recipientProblems(fields: EmailFields): string[] {
  const given: (Field<unknown[]> | undefined)[] = lists.map((list) => fields[list]);
  const problems = given.flatMap((field) => field?.problems ?? []);
  const isAnybodyThere = given.some((field) => (field?.value?.length ?? 0) > 0);
  return problems.length > 0 || isAnybodyThere ? problems : ["'to', 'cc' or 'bcc' address is required"];
}

function textProblems({ subject, text, html }: EmailFields): string[] {
  return [
    ...(subject?.problems ?? ["'subject' is required"]),
    ...(text || html ? [] : ["must specify either text or html body"]),
    ...(text?.problems ?? []),
    ...(html?.problems ?? []),
  ];
}

function templateProblems(fields: EmailFields): string[] {
  return replacedByTemplate
    .filter((name) => fields[name] !== undefined)
    .map((name) => `'${name}' is not allowed with 'template_uuid'`);
}

function domainOf(address: string | undefined): string | undefined {
  return address?.slice(address.lastIndexOf("@") + 1);
}
