import { type RecipientPage, recipientPages } from "../../../shared/contracts/recipient-pages.ts";
import { operationId } from "./account-operation.ts";
import type { Json } from "./json-schema.ts";
import type { HostUrls } from "./urls.ts";

type Method = "GET" | "POST";

interface Words {
  readonly summary: string;
  readonly description?: string;
  /** What each status means, and what carries it. */
  readonly answers: Readonly<Record<number, string>>;
  /** Media type of what is answered with 200, and of what may be sent. */
  readonly type?: string;
  readonly form?: Json;
}

const page = "text/html";
const notFound = "The link is incomplete, or was changed";
const later = "It did not work just now, and nothing was changed; see Retry-After";
const question = { 200: "The question, with a button", 404: notFound, 503: later };
const oneClick =
  "It needs no body; a mail program's one click (RFC 8058) sends `List-Unsubscribe=One-Click`.";

const words: Readonly<Record<RecipientPage, Readonly<Partial<Record<Method, Words>>>>> = {
  open: {
    GET: {
      summary: "The pixel of a message: an open is recorded each time",
      answers: { 200: "A transparent GIF of one pixel", 404: notFound, 503: later },
      type: "image/gif",
    },
  },
  click: {
    GET: {
      summary: "A link of a message: the click is recorded, and the reader led on",
      description: "The target is signed in the token: it leads nowhere else.",
      answers: { 302: "On to the link's target", 404: notFound, 503: later },
    },
  },
  unsubscribe: {
    GET: { summary: "Asks whether to unsubscribe", answers: question, type: page },
    POST: {
      summary: "Unsubscribes the recipient from the domain's stream",
      description: oneClick,
      answers: { 200: "Done, also if it was done before", 404: notFound, 503: later },
      type: page,
    },
  },
  "opt-out": {
    GET: { summary: "Asks whether to turn off tracking", answers: question, type: page },
    POST: {
      summary: "Turns off tracking of the recipient's opens and clicks, for the domain",
      answers: { 200: "Done, also if it was done before", 404: notFound, 503: later },
      type: page,
    },
  },
  invitation: {
    GET: {
      summary: "Asks an invited one to accept, and for a name",
      answers: { ...question, 410: "The invitation has ended" },
      type: page,
    },
    POST: {
      summary: "Accepts an invitation",
      answers: {
        ...{ 200: "Accepted, also if it was before", 404: notFound, 410: "The invitation has ended" },
        ...{ 422: "The question again: a name is missing", 503: later },
      },
      type: page,
      form: {
        type: "object",
        properties: {
          name: { type: "string", maxLength: 100, description: "What the user is to be called" },
        },
        required: ["name"],
      },
    },
  },
};

/** The pages that links in mail lead to, on the tracking host. */
export function pagePaths({ track }: Pick<HostUrls, "track">): Readonly<Record<string, Json>> {
  const servers = [{ url: track, description: "tracking host" }];
  const names = Object.keys(recipientPages) as RecipientPage[];
  return Object.fromEntries(
    names.map((name) => {
      const path = `${recipientPages[name].path}{token}`;
      const operations = Object.entries(words[name]).map(([method, said]) => [
        method.toLowerCase(),
        operation(operationId(method, path), said),
      ]);
      return [path, { servers, ...Object.fromEntries(operations) }];
    }),
  );
}

function operation(id: string, { summary, description, answers, type, form }: Words): Json {
  const content = type !== undefined && { content: { [type]: { schema: { type: "string" } } } };
  return {
    ...{ tags: ["Pages for recipients"], operationId: id, summary, ...(description && { description }) },
    ...{ security: [], "x-extension": true },
    parameters: [
      {
        ...{ name: "token", in: "path", required: true, schema: { type: "string" } },
        description: "Signed; from the link",
      },
    ],
    ...(form && {
      requestBody: { required: true, content: { "application/x-www-form-urlencoded": { schema: form } } },
    }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, said]) => [
        status,
        { description: said, ...(type === page || status === "200" ? content : {}) },
      ]),
    ),
  };
}
