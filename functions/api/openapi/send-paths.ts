import * as z from "zod";
import { emailSchemas } from "../../../shared/submission/email-schemas.ts";
import type { Json, NamedSchemas } from "./json-schema.ts";

/** Where the send hosts are, without a trailing slash. */
export interface SendUrls {
  readonly send: string;
  readonly bulk: string;
}

const email = z.object(emailSchemas).partial();
const messageIds = z.object({ success: z.literal(true), message_ids: z.array(z.uuid()) });
const errors = z.object({ success: z.literal(false), errors: z.array(z.string()) });

/** The send API's two paths, on the hosts of the two streams. */
export function sendPaths({ send, bulk }: SendUrls, schemas: NamedSchemas): Readonly<Record<string, Json>> {
  const servers = [
    { url: send, description: "transactional stream" },
    { url: bulk, description: "bulk stream" },
  ];
  return {
    "/api/send": {
      servers,
      post: operation(schemas, "Send an email", email, messageIds),
    },
    "/api/batch": {
      servers,
      post: operation(
        schemas,
        "Send up to 500 emails",
        z.object({ base: email.optional(), requests: z.array(email) }),
        z.object({ success: z.literal(true), responses: z.array(z.union([messageIds, errors])) }),
      ),
    },
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

function operation(schemas: NamedSchemas, summary: string, body: z.ZodType, answer: z.ZodType): Json {
  return {
    tags: ["Sending"],
    summary,
    parameters: [
      {
        name: "Idempotency-Key",
        in: "header",
        required: false,
        description: "Repeating a request with the same key within 24 hours sends nothing twice",
        schema: { type: "string" },
      },
    ],
    requestBody: { required: true, content: { "application/json": { schema: schemas.of(body, "input") } } },
    responses: {
      200: {
        description: "Accepted",
        content: { "application/json": { schema: schemas.of(answer, "output") } },
      },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, content: { "application/json": { schema: schemas.of(errors, "output") } } },
        ]),
      ),
    },
  };
}
