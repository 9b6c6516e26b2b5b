import type { TempFile } from "../platform/temp-file.ts";
import type { Piece } from "./mime.ts";

/** A message to be searched and cut up, wherever its bytes lie. */
export interface MessageSource {
  readonly bytes: number;
  slice(start: number, end: number): Promise<Buffer>;
  /** Where the pattern begins for the first time, all of it from `from` to before `end`; -1 if nowhere. */
  indexOf(pattern: Buffer, from: number, end: number): Promise<number>;
  piece(start: number, end: number): Piece;
}

const windowBytes = 64 * 1024;

export function sourceOf(message: Buffer | TempFile): MessageSource {
  return Buffer.isBuffer(message) ? sourceInMemory(message) : sourceInFile(message);
}

function sourceInMemory(message: Buffer): MessageSource {
  return {
    bytes: message.length,
    slice: async (start, end) => message.subarray(start, end),
    indexOf: async (pattern, from, end) => message.subarray(0, end).indexOf(pattern, from),
    piece: (start, end) => message.subarray(start, end),
  };
}

function sourceInFile(file: TempFile): MessageSource {
  return {
    bytes: file.bytes,
    slice: (start, end) => file.slice(start, end),
    async indexOf(pattern, from, end) {
      const overlap = pattern.length - 1;
      const window = Buffer.alloc(overlap + windowBytes);
      let start = from;
      // What a pattern may begin with at the end of a window stands before the next.
      for await (const chunk of file.chunks(from, end, window.subarray(overlap))) {
        const seen = window.subarray(start === from ? overlap : 0, overlap + chunk.length);
        const at = seen.indexOf(pattern);
        if (at >= 0) return start + at - (start === from ? 0 : overlap);
        window.copyWithin(0, chunk.length, overlap + chunk.length);
        start += chunk.length;
      }
      return -1;
    },
    piece: (start, end) => ({ file, start, end }),
  };
}
