import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { GetObjectCommand, HeadObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type CopyPlace, type CopyRange, copyKey } from "./sent-copy.ts";

/** From when on S3's own link is followed to when the message begins to come. */
const linkSeconds = 60;

const decompress = promisify(zstdDecompress);

export type CopyReaderClient = ReturnType<typeof copyReaderClient>;

/** Reads copies of what was sent. */
export function copyReaderClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  const objectOf = (accountId: number, place: CopyPlace) => ({
    Bucket: bucket,
    Key: copyKey(accountId, place),
  });
  return {
    /** Whether the copy's object is there: it may not be yet, or may have failed to come, or be gone. */
    async exists(accountId: number, place: CopyPlace): Promise<boolean> {
      const head = s3.send(new HeadObjectCommand(objectOf(accountId, place)));
      return (await unlessMissing(head)) !== undefined;
    },

    /** The message; undefined where its object is missing. */
    async read(accountId: number, place: CopyPlace, range: CopyRange): Promise<Buffer | undefined> {
      const Range = `bytes=${range.offset}-${range.offset + range.length - 1}`;
      const get = s3.send(new GetObjectCommand({ ...objectOf(accountId, place), Range }));
      const packed = await (await unlessMissing(get))?.Body?.transformToByteArray();
      return packed && (await decompress(packed));
    },

    /** S3's own link to a message that has an object to itself. */
    downloadUrl: (accountId: number, place: CopyPlace, fileName: string): Promise<string> =>
      getSignedUrl(
        s3,
        new GetObjectCommand({
          ...objectOf(accountId, place),
          ResponseContentDisposition: `attachment; filename="${fileName}"`,
          ResponseContentType: "message/rfc822",
          ResponseCacheControl: "no-store",
        }),
        { expiresIn: linkSeconds },
      ),
  };
}

/** Who may not list the bucket is told 403 of an object that is not there (S3, "GetObject"). */
async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status === 403 || status === 404) return undefined;
    throw error;
  }
}
