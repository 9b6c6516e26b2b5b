import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { SendEmailCommand } from "@aws-sdk/client-sesv2";
import { bytesOfMime, chunksOf, type LargeMime } from "../mail/mime.ts";

/** A streamed call, from its beginning to its end. */
export interface StreamedCall {
  /** Ends the call where the message cannot be read to its end. */
  readonly signal: AbortSignal;
  /** Lets go of what is still being read, after the call. */
  release(): void;
}

const chunkBytes = 48 * 1024;

/** Stands for the message in the SDK's request until the message itself takes its place. */
export interface StandIn {
  readonly data: Uint8Array;
  /** As it stands in the request: base64. */
  readonly text: string;
}

export function newStandIn(): StandIn {
  const data = Buffer.from(randomUUID());
  return { data, text: data.toString("base64") };
}

/** What is used of the SDK's requests. */
interface HttpRequest {
  headers: Record<string, string>;
  body?: unknown;
}

/**
 * Makes a command send a large message as a stream, in the place of the stand-in: in the SDK's own form the
 * request, with the message in base64, would lie in memory several times. Signing, errors and time-outs stay
 * the SDK's: the signature needs the body's hash, for which the message is read once before.
 */
export function streamMessage(command: SendEmailCommand, standIn: StandIn, mime: LargeMime): StreamedCall {
  const aborter = new AbortController();
  let body: Readable | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as HttpRequest;
      const [before, after] = around(request.body, standIn);
      const chunks = () => requestBody(before, mime, after);
      const length = before.length + Math.ceil(bytesOfMime(mime) / 3) * 4 + after.length;
      request.headers["content-length"] = String(length);
      request.headers["x-amz-content-sha256"] = await sha256(chunks());
      body = Readable.from(chunks(), { objectMode: false });
      body.on("error", (error) => aborter.abort(error));
      request.body = body;
      return await next(args);
    },
    { step: "build", name: "streamMessage" },
  );
  return { signal: aborter.signal, release: () => body?.destroy() };
}

function around(body: unknown, { text }: StandIn): [Buffer, Buffer] {
  const json = typeof body === "string" ? body : new TextDecoder().decode(body as Uint8Array);
  const [before, after, more] = json.split(text);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new Error("the SDK's request does not hold the message once");
  }
  return [Buffer.from(before), Buffer.from(after)];
}

async function* requestBody(before: Buffer, mime: LargeMime, after: Buffer): AsyncGenerator<Buffer> {
  yield before;
  yield* inBase64(chunksOf([mime.head, ...mime.body], Buffer.allocUnsafe(chunkBytes)));
  yield after;
}

/** Three bytes are four characters: what does not fill them waits for the next chunk. */
async function* inBase64(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const start = rest.length > 0 ? Math.min(3 - rest.length, chunk.length) : 0;
    rest = Buffer.concat([rest, chunk.subarray(0, start)]);
    if (rest.length === 3) yield Buffer.from(rest.toString("base64"));
    else if (rest.length > 0) continue;
    const end = chunk.length - ((chunk.length - start) % 3);
    rest = Buffer.from(chunk.subarray(end));
    if (end > start) yield Buffer.from(chunk.toString("base64", start, end), "latin1");
  }
  if (rest.length > 0) yield Buffer.from(rest.toString("base64"), "latin1");
}

async function sha256(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
