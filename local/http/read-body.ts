import type { IncomingMessage } from "node:http";

/**
 * The request's body, or undefined when it is longer than the limit. What is too long is read to its end
 * all the same, but not kept: a client that is still sending would not see the answer.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= limitBytes) chunks.push(chunk);
    else chunks = [];
  }
  if (length > limitBytes) return undefined;
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}
