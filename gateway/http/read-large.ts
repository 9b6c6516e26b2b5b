import type { IncomingMessage } from "node:http";
import pLimit from "p-limit";
import { tempFileOf } from "../../shared/platform/temp-file.ts";
import type { ReadBody } from "../../shared/submission/http-routes.ts";
import type { PayloadClient } from "../../shared/submission/payload-client.ts";
import { readValue } from "./read-value.ts";
import { checkDeclaredLength, type Patience, receive } from "./receive.ts";

const mebibyte = 1024 * 1024;
/** The most that a batch may have, as the API documents it; a single email is bounded by its account. */
const mostBytes = 50 * mebibyte;
// JSON can write what counts as one byte in up to three (`\u00e9` is six for two), and base64 takes a third more.
const writtenPerByte = 3;
/** What a request of no size may have besides. */
const slackBytes = 64 * 1024;

/** Values that take more memory than this are worked on one after the other. */
const lightBytes = mebibyte;
const chunkBytes = 64 * 1024;

export interface LargeBodies {
  /** How one request's body is read. */
  reader(request: IncomingMessage, hooks: RequestHooks): ReadBody;
}

export interface RequestHooks {
  /** The body is about to be read: who waits for leave to send it, gets it. */
  begin(): void;
  /** Resolves when the request was answered. */
  readonly answered: Promise<void>;
}

/**
 * Reads bodies that memory has no room for: first onto the disk, at whatever pace the client has, then from
 * there, few at a time. A slow client so costs disk only, and memory is bounded whatever comes at once.
 */
export function largeBodies(options: {
  readonly payloads: Pick<PayloadClient, "upload">;
  readonly patience: Patience;
  /** So many are read from the disk at the same time. */
  readonly atOnce: number;
}): LargeBodies {
  const turns = pLimit(options.atOnce);
  return {
    reader:
      (request, { begin, answered }) =>
      async (event, { account }, hash) => {
        const { messageBytes } = account.limits;
        const isBatch = event.rawPath.endsWith("/batch");
        const limitBytes = isBatch
          ? mostBytes
          : Math.min(mostBytes, messageBytes * writtenPerByte + slackBytes);
        checkDeclaredLength(request, limitBytes);
        begin();
        const body = receive(request, { limitBytes, patience: options.patience });
        const file = await tempFileOf(hashed(body, hash));
        const read = Promise.withResolvers<unknown>();
        void turns(async () => {
          const { payloads } = options;
          const reading = { accountId: account.id, messageBytes, isBatch, payloads };
          const chunks = file.chunks(0, file.bytes, Buffer.allocUnsafe(chunkBytes));
          const { value, bytes } = await readValue(chunks, reading).finally(() => file.close());
          read.resolve(value);
          if (bytes > lightBytes) await answered;
        }).catch(read.reject);
        return read.promise;
      },
  };
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: { update(chunk: Buffer): unknown }) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
