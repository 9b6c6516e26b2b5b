import type { EmailFieldName } from "../../../shared/submission/email-schemas.ts";
import type { Json } from "./json-schema.ts";

const text = { type: "string" };
const address: Json = {
  type: "object",
  properties: {
    email: { ...text, format: "email", examples: ["ada@example.net"] },
    name: { ...text, maxLength: 255, examples: ["Ada"] },
  },
  required: ["email"],
};
const addresses: Json = { type: "array", maxItems: 1_000, items: address };

const attachment: Json = {
  type: "object",
  properties: {
    content: {
      ...text,
      contentEncoding: "base64",
      description: "The file, in base64",
      examples: ["SGVsbG8="],
    },
    filename: { ...text, examples: ["hello.txt"] },
    type: { ...text, description: "Its media type", examples: ["text/plain"] },
    disposition: { enum: ["attachment", "inline"], default: "attachment" },
    content_id: { ...text, description: 'By which HTML shows it: `<img src="cid:…">`' },
  },
  required: ["content", "filename"],
};

/**
 * What an email's fields are, which the schemas that check them leave to code. A test has every example here
 * accepted, and nothing that is said here to be wrong.
 */
export const emailFields: Readonly<Record<EmailFieldName, Json>> = {
  from: { ...address, description: "On a domain of the account's that may send" },
  to: { ...addresses, description: "Everybody sees who is in `to` and `cc`. At least one recipient in all" },
  cc: addresses,
  bcc: { ...addresses, description: "Seen by nobody" },
  subject: { ...text, maxLength: 998, examples: ["Your receipt"] },
  text: { ...text, description: "`text`, `html`, or both", examples: ["Thank you for your order."] },
  html: { ...text, examples: ["<p>Thank you for your order.</p>"] },
  reply_to: { ...address, description: "Of a list, the first" },
  category: {
    ...text,
    maxLength: 255,
    description: "A label for log and statistics",
    examples: ["Receipts"],
  },
  custom_variables: {
    type: "object",
    additionalProperties: { type: ["string", "number", "boolean"] },
    description: "Your own values, in log and webhooks; 1,000 bytes of JSON at most",
    examples: [{ order: "771" }],
  },
  headers: {
    type: "object",
    additionalProperties: text,
    description: "Header fields of your own; those that a message must have are refused",
    examples: [{ "X-Order": "771" }],
  },
  attachments: { type: "array", items: attachment, description: "10 MB a message in all, more on request" },
  template_uuid: { ...text, format: "uuid", description: "Of a template; none is known yet" },
  template_variables: { type: "object", description: "What the template's places stand for" },
};
