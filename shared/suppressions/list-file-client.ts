import { addAbortSignal, type Readable } from "node:stream";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { UnreadableFile } from "./list-import.ts";

export type ListFileClient = ReturnType<typeof listFileClient>;

/** A file that has not come within this time will not: its reader works off slices of less than a minute. */
const readMs = 120_000;
const contentType = "text/csv; charset=utf-8";

/** How long a link to a file works. */
export const linkSeconds = 3_600;

/**
 * S3 knows the upload of parts no more (it was finished, or given up after a day), or has other parts than its tags
 * say: another process put them.
 */
export class LostUpload extends Error {
  override readonly name = "LostUpload";
}

/**
 * Lists as CSV files in the payload bucket, which forgets them after 30 days.
 *
 * @param s3 one that makes no checksums unasked: it would sign into links the checksum of a file that nobody has
 * yet
 */
export function listFileClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  const place = (key: string) => ({ Bucket: bucket, Key: key });
  return {
    async put(key: string, body: Uint8Array): Promise<void> {
      await s3.send(new PutObjectCommand({ ...place(key), Body: body, ContentType: contentType }));
    },

    /** In bytes; undefined where there is no such file. */
    async size(key: string): Promise<number | undefined> {
      try {
        return (await s3.send(new HeadObjectCommand(place(key)))).ContentLength;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    /** A file's bytes from a place on. @throws UnreadableFile if it is gone */
    read: (key: string, from: number): AsyncGenerator<Uint8Array> => readFrom(s3, place(key), from),

    /** A link under which a file of exactly so many bytes can be put. */
    uploadUrl: (key: string, bytes: number): Promise<string> =>
      getSignedUrl(s3, new PutObjectCommand({ ...place(key), ContentLength: bytes }), {
        expiresIn: linkSeconds,
        signableHeaders: new Set(["content-length"]),
      }),

    /** A link under which a file is downloaded, under a name that people understand. */
    downloadUrl: (key: string, fileName: string): Promise<string> =>
      getSignedUrl(
        s3,
        new GetObjectCommand({
          ...place(key),
          ResponseContentDisposition: `attachment; filename="${fileName}"`,
        }),
        { expiresIn: linkSeconds },
      ),

    /** Begins a file that comes in parts. */
    async begin(key: string): Promise<string> {
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ ...place(key), ContentType: contentType }),
      );
      if (UploadId === undefined) throw new Error("S3 began an upload without an id");
      return UploadId;
    },

    /**
     * Puts a part of at least 5 MiB, unless it is the last; the same part may be put again.
     *
     * @returns its tag
     * @throws LostUpload
     */
    async part(key: string, upload: { id: string; part: number }, body: Uint8Array): Promise<string> {
      const request = { ...place(key), UploadId: upload.id, PartNumber: upload.part, Body: body };
      const { ETag } = await s3.send(new UploadPartCommand(request)).catch(throwAsLost);
      if (ETag === undefined) throw new Error("S3 took a part without a tag");
      return ETag;
    },

    /** @throws LostUpload */
    async complete(key: string, uploadId: string, tags: readonly string[]): Promise<void> {
      const Parts = tags.map((ETag, before) => ({ ETag, PartNumber: before + 1 }));
      const request = { ...place(key), UploadId: uploadId, MultipartUpload: { Parts } };
      await s3.send(new CompleteMultipartUploadCommand(request)).catch(throwAsLost);
    },
  };
}

async function* readFrom(
  s3: S3Client,
  place: { Bucket: string; Key: string },
  from: number,
): AsyncGenerator<Uint8Array> {
  const range = from > 0 && { Range: `bytes=${from}-` };
  const answer = await s3.send(new GetObjectCommand({ ...place, ...range })).catch((error: unknown) => {
    // Nothing comes after the end, or in an empty file.
    if (statusOf(error) === 416) return undefined;
    throw isMissing(error) ? new UnreadableFile("the file is gone", { cause: error }) : error;
  });
  if (answer === undefined) return;
  yield* addAbortSignal(AbortSignal.timeout(readMs), answer.Body as Readable);
}

/** Who may not list the bucket is told 403 of an object that is not there (S3, "GetObject"). */
function isMissing(error: unknown): boolean {
  return [403, 404].includes(statusOf(error) ?? 0);
}

function throwAsLost(error: unknown): never {
  const isLost = error instanceof S3ServiceException && ["NoSuchUpload", "InvalidPart"].includes(error.name);
  throw isLost ? new LostUpload("the upload is not what it was", { cause: error }) : error;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
