import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes that are too many for memory. The file has no name: it is gone with `close`, or with the process. */
export interface TempFile {
  readonly bytes: number;
  /**
   * The bytes from `start` to before `end`, in order; several readers do not disturb one another.
   *
   * @param into where each chunk lies until the next is asked for, for readers that keep none: so that
   * reading leaves no garbage
   */
  chunks(start?: number, end?: number, into?: Buffer): AsyncGenerator<Buffer>;
  /** The bytes from `start` to before `end`, at once. */
  slice(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

const chunkBytes = 64 * 1024;

/** @throws what the source throws; nothing stays behind then */
export async function tempFileOf(source: AsyncIterable<Uint8Array>): Promise<TempFile> {
  const handle = await openUnnamed();
  try {
    let bytes = 0;
    for await (const chunk of source) {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, bytes);
        done += bytesWritten;
        bytes += bytesWritten;
      }
    }
    return tempFile(handle, bytes);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A worker that is stopped cleans nothing up, and its disk is left to the next. */
async function openUnnamed(): Promise<FileHandle> {
  const path = join(tmpdir(), `postern-${randomUUID()}`);
  const handle = await open(path, "wx+", 0o600);
  await unlink(path);
  return handle;
}

function tempFile(handle: FileHandle, bytes: number): TempFile {
  async function fill(buffer: Buffer, start: number): Promise<Buffer> {
    for (let done = 0; done < buffer.length; ) {
      const { bytesRead } = await handle.read(buffer, done, buffer.length - done, start + done);
      if (bytesRead === 0) throw new RangeError("a temporary file is shorter than it was");
      done += bytesRead;
    }
    return buffer;
  }
  return {
    bytes,
    slice: (start, end) => fill(Buffer.allocUnsafe(end - start), start),
    async *chunks(start = 0, end = bytes, into?: Buffer) {
      const most = into?.length ?? chunkBytes;
      for (let at = start; at < end; at += most) {
        const length = Math.min(most, end - at);
        yield await fill(into?.subarray(0, length) ?? Buffer.allocUnsafe(length), at);
      }
    },
    close: () => handle.close(),
  };
}
