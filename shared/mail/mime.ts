import { Readable } from "node:stream";
import type { TempFile } from "../platform/temp-file.ts";

/** A finished message (RFC 5322): in memory, or so large that parts of it lie in files. */
export type Mime = Buffer | LargeMime;

export interface LargeMime {
  /** The header with the empty line after it. */
  readonly head: Buffer;
  readonly body: readonly Piece[];
}

/** A stretch of a message. */
export type Piece = Buffer | FilePiece;

export interface FilePiece {
  readonly file: TempFile;
  readonly start: number;
  /** The first byte that is not part of it. */
  readonly end: number;
}

/** A message above this does not stay in memory. */
export const inMemoryBytes = 1024 * 1024;

export function isInMemory(mime: Mime): mime is Buffer {
  return Buffer.isBuffer(mime);
}

export function bytesOfMime(mime: Mime): number {
  return isInMemory(mime) ? mime.length : mime.head.length + bytesOfPieces(mime.body);
}

export function bytesOfPieces(pieces: readonly Piece[]): number {
  return pieces.reduce(
    (sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.end - piece.start),
    0,
  );
}

/** @param into as for a file's chunks */
export async function* chunksOf(pieces: readonly Piece[], into?: Buffer): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) yield piece;
    else yield* piece.file.chunks(piece.start, piece.end, into);
  }
}

/** The message as a stream of bytes; who does not read it to its end destroys it. */
export function streamOf({ head, body }: LargeMime): Readable {
  return Readable.from(chunksOf([head, ...body]), { objectMode: false });
}
