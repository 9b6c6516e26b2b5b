import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type * as z from "zod";
import { AwsError } from "./aws-error.ts";

const maxBodyBytes = 60 * 1024 * 1024;

export interface AwsRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

export interface AwsAnswer {
  status: number;
  body: object | Buffer;
  headers?: Record<string, string>;
}

/** What becomes of a request: an answer; nothing, ever; or a connection cut in place of an answer. */
export type AwsOutcome = AwsAnswer | "hang" | "cut";

export type AwsService = (request: AwsRequest) => Promise<AwsOutcome>;

export function ok(body: object): AwsAnswer {
  return { status: 200, body };
}

/** Reads a request's body; refuses more than 60 MB, whatever its header announces. */
export async function readRequest(request: IncomingMessage): Promise<AwsRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) {
      throw new AwsError(413, "RequestEntityTooLargeException", "The request body is too large.");
    }
    chunks.push(chunk);
  }
  const [path = "/", query] = (request.url ?? "/").split("?");
  return {
    method: request.method ?? "GET",
    ...{ path, query: new URLSearchParams(query) },
    headers: request.headers,
    body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
  };
}

/** The JSON body in the shape that the operation wants; `code` names the service's error for bad input. */
export function bodyAs<Schema extends z.ZodType>(
  schema: Schema,
  { body }: AwsRequest,
  code: string,
): z.infer<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError(400, "SerializationException", "The request body is not JSON.");
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new AwsError(400, code, `Invalid ${issue?.path.join(".") || "request"}: ${issue?.message}`);
}

/** A part of a path as it was before URL encoding. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AwsError(400, "BadRequestException", "The request path is not encoded properly.");
  }
}

export function writeOutcome(response: ServerResponse, outcome: AwsOutcome): void {
  if (outcome === "hang") return;
  if (outcome === "cut") {
    response.socket?.destroy();
    return;
  }
  const { status, body, headers } = outcome;
  const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": content.length,
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(content);
}

/** Both JSON dialects at once: REST services name the error in a header, the others in the body. */
export function errorAnswer(error: unknown): AwsAnswer {
  const { status, code, message } =
    error instanceof AwsError ? error : new AwsError(500, "InternalServiceError", "Internal service error.");
  return { status, body: { __type: code, message }, headers: { "x-amzn-errortype": code } };
}
