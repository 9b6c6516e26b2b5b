import type { Readable } from "node:stream";

/**
 * Reads what is left of a message that is refused: the client hears of it only when it has sent it all.
 *
 * @returns false if that is more than it may be
 */
export async function discard(content: Readable, mostBytes: number): Promise<boolean> {
  let bytes = 0;
  try {
    for await (const chunk of content.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > mostBytes) return false;
    }
  } catch {
    // The client has gone; there is nobody left to be told.
  }
  return true;
}
