import * as z from "zod";
import { emailFields } from "./email-fields.ts";
import type { Json, NamedSchemas } from "./json-schema.ts";
import type { HostUrls } from "./urls.ts";

const messageIds = z.object({ success: z.literal(true), message_ids: z.array(z.uuid()) });
const errors = z.object({
  success: z.literal(false),
  errors: z.array(z.string().meta({ examples: ["'from' is required"] })),
});
const batchItem = z.union([messageIds, errors]);

const email: Json = { type: "object", properties: emailFields };
const { to: _to, cc: _cc, bcc: _bcc, ...baseFields } = emailFields;

interface Call {
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly body: Json;
  readonly example: Json;
  readonly answer: z.ZodType;
}

const send: Call = {
  id: "send",
  summary: "Send an email",
  description:
    "Each recipient gets a message with an id of its own, and is billed as one email. The ids come in the order of `to`, `cc`, `bcc`. Accepted is what is answered with 200: it is sent, once, whatever happens afterwards.",
  body: email,
  example: {
    from: { email: "shop@example.com", name: "Shop" },
    to: [{ email: "ada@example.net", name: "Ada" }],
    subject: "Your receipt",
    text: "Thank you for your order.",
    html: "<p>Thank you for your order.</p>",
    category: "Receipts",
    custom_variables: { order: "771" },
  },
  answer: messageIds,
};

const batch: Call = {
  id: "sendBatch",
  summary: "Send up to 500 emails",
  description:
    "What `base` says holds for each of `requests` that does not say otherwise. Each is checked by itself, and answered in its place: `success` above all is true even if every email was refused. 50 MB in all.",
  body: {
    type: "object",
    properties: {
      base: { type: "object", properties: baseFields, description: "An email without recipients" },
      requests: { type: "array", maxItems: 500, items: email },
    },
    required: ["requests"],
  },
  example: {
    base: { from: { email: "shop@example.com" }, subject: "Shift plan", text: "See you Monday." },
    requests: [
      { to: [{ email: "ada@example.net" }] },
      { to: [{ email: "bob@example.net" }], subject: "Shift plan, late" },
    ],
  },
  answer: z.object({ success: z.literal(true), responses: z.array(batchItem) }),
};

/** The send API's two paths, on the hosts of the two streams. */
export function sendPaths(
  { send: sendUrl, bulk }: Pick<HostUrls, "send" | "bulk">,
  schemas: NamedSchemas,
): Readonly<Record<string, Json>> {
  const servers = [
    { url: sendUrl, description: "transactional stream" },
    { url: bulk, description: "bulk stream" },
  ];
  return {
    "/api/send": { servers, post: operation(schemas, send) },
    "/api/batch": { servers, post: operation(schemas, batch) },
  };
}

const refusals = {
  400: "The email is wrong; each text names a mistake",
  401: "The token is missing or wrong, or may not send from this domain",
  403: "Sending is not allowed, or a limit is reached",
  409: "The Idempotency-Key belongs to another request, or to one in progress",
  413: "The email is too large",
  429: "Too many requests; see Retry-After",
  500: "Something went wrong here; nothing was sent or billed",
};

const idempotencyKey: Json = {
  ...{ name: "Idempotency-Key", in: "header", required: false, schema: { type: "string", maxLength: 255 } },
  description: "Repeating a request with the same key within 24 hours sends nothing twice (extension)",
};

function operation(schemas: NamedSchemas, { id, summary, description, body, example, answer }: Call): Json {
  const json = (schema: Json) => ({ content: { "application/json": { schema } } });
  const refused = json(schemas.of(errors, "output"));
  return {
    ...{ tags: ["Sending"], operationId: id, summary, description, parameters: [idempotencyKey] },
    requestBody: { required: true, content: { "application/json": { schema: body, example } } },
    responses: {
      200: { description: "Accepted", ...json(schemas.of(answer, "output")) },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, said]) => [status, { description: said, ...refused }]),
      ),
    },
  };
}
