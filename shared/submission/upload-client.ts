import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { logger } from "../platform/observability.ts";
import { release } from "../platform/release.ts";

/** The least that S3 takes for a part. */
const partBytes = 5 * 1024 * 1024;

interface Target {
  readonly s3: S3Client;
  readonly place: { readonly Bucket: string; readonly Key: string };
}

/**
 * Stores what a stream brings, in parts. It holds one part in memory, for all of its duration the same piece:
 * `@aws-sdk/lib-storage` holds three and makes new ones for each part, which for ten uploads of 30 MB came to
 * more than all else that the process had.
 *
 * @param body its chunks are given away: their memory is gone when they were read
 * @throws what the stream throws; nothing stays in the bucket then
 */
export async function uploadStream(target: Target, body: AsyncIterable<Uint8Array>): Promise<void> {
  const part = Buffer.allocUnsafeSlow(partBytes);
  let upload: MultipartUpload | undefined;
  try {
    let filled = 0;
    for await (const chunk of body) {
      for (let taken = 0; taken < chunk.length; ) {
        if (filled === partBytes) {
          upload ??= await MultipartUpload.begin(target);
          await upload.send(part);
          filled = 0;
        }
        const piece = chunk.subarray(taken, taken + partBytes - filled);
        part.set(piece, filled);
        filled += piece.length;
        taken += piece.length;
      }
      release(chunk);
    }
    await finish(target, upload, part.subarray(0, filled));
  } catch (error) {
    // The part is left to the collector: a call that was given up may still be writing it.
    await upload?.abort();
    throw error;
  }
  release(part);
}

async function finish(
  { s3, place }: Target,
  upload: MultipartUpload | undefined,
  rest: Uint8Array,
): Promise<void> {
  if (upload === undefined) {
    await s3.send(new PutObjectCommand({ ...place, Body: rest, ContentType: "application/octet-stream" }));
    return;
  }
  await upload.send(rest);
  await upload.complete();
}

class MultipartUpload {
  readonly #target: Target;
  readonly #id: string;
  readonly #parts: { PartNumber: number; ETag: string | undefined }[] = [];

  private constructor(target: Target, id: string) {
    this.#target = target;
    this.#id = id;
  }

  static async begin(target: Target): Promise<MultipartUpload> {
    const { UploadId = "" } = await target.s3.send(
      new CreateMultipartUploadCommand({ ...target.place, ContentType: "application/octet-stream" }),
    );
    return new MultipartUpload(target, UploadId);
  }

  async send(bytes: Uint8Array): Promise<void> {
    const PartNumber = this.#parts.length + 1;
    const { ETag } = await this.#target.s3.send(
      new UploadPartCommand({ ...this.#which, PartNumber, Body: bytes, ContentLength: bytes.length }),
    );
    this.#parts.push({ PartNumber, ETag });
  }

  async complete(): Promise<void> {
    await this.#target.s3.send(
      new CompleteMultipartUploadCommand({ ...this.#which, MultipartUpload: { Parts: this.#parts } }),
    );
  }

  /** What cannot be taken back goes with the bucket's rule for unfinished uploads. */
  async abort(): Promise<void> {
    try {
      await this.#target.s3.send(new AbortMultipartUploadCommand(this.#which));
    } catch (error) {
      logger.warn("an upload could not be taken back", {
        reason: error instanceof Error ? error.name : "unknown",
      });
    }
  }

  get #which() {
    return { ...this.#target.place, UploadId: this.#id };
  }
}
