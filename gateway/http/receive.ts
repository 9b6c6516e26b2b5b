import type { IncomingMessage } from "node:http";
import { PosternError } from "../../shared/platform/errors.ts";
import { release } from "../../shared/platform/release.ts";

/** How long a client may take. */
export interface Patience {
  /** Ms without a byte. */
  readonly idleMs: number;
  /** Ms for the whole body. */
  readonly wholeMs: number;
}

/**
 * Looks at the length that a request declares, so that one that is too large need not be read.
 *
 * @throws PosternError `message_too_large`
 */
export function checkDeclaredLength(request: IncomingMessage, limitBytes: number): void {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes)
    throw new PosternError("message_too_large");
}

/**
 * A request's body as it comes, counted and timed. Each chunk is good until the next is asked for.
 *
 * @throws PosternError `message_too_large`; `invalid_request` for a client that has gone, or was too slow and
 * has lost its connection: nobody is left to read that
 */
export async function* receive(
  request: IncomingMessage,
  { limitBytes, patience }: { limitBytes: number; patience: Patience },
): AsyncGenerator<Buffer> {
  const giveUpAt = performance.now() + patience.wholeMs;
  // Not `for await`: it destroys the request when it ends early, and with it the connection for the answer.
  const chunks = request.iterator({ destroyOnReturn: false });
  try {
    let bytes = 0;
    for (;;) {
      const patienceMs = Math.min(patience.idleMs, giveUpAt - performance.now());
      const { value, done } = await next(request, chunks, patienceMs);
      if (done) return;
      bytes += value.length;
      if (bytes > limitBytes) throw new PosternError("message_too_large");
      yield value;
      release(value);
    }
  } finally {
    await chunks.return?.();
  }
}

async function next(
  request: IncomingMessage,
  chunks: AsyncIterator<Buffer>,
  ms: number,
): Promise<IteratorResult<Buffer>> {
  const overdue = setTimeout(() => request.destroy(), Math.max(0, ms));
  try {
    return await chunks.next();
  } catch (cause) {
    throw new PosternError("invalid_request", { messages: ["request body is incomplete"], cause });
  } finally {
    clearTimeout(overdue);
  }
}
