import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";

/** Sections that a process keeps, as they are in the bucket: the next page needs the same. */
const keptBytes = 32 * 1024 * 1024;
const readsAtOnce = 8;

export type LogBlockClient = ReturnType<typeof logBlockClient>;

/** Blocks of the log, in their bucket. An object never changes under its key. */
export function logBlockClient({ s3, bucket }: { s3: S3Client; bucket: string }) {
  const limit = pLimit(readsAtOnce);
  const get = (key: string, range?: string) =>
    limit(async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
  const sections = new LRUCache<string, Uint8Array>({
    maxSize: keptBytes,
    sizeCalculation: ({ length }) => length + 1,
  });
  return {
    /** A stretch of an object. */
    async section(key: string, [offset, length]: readonly [number, number]): Promise<Uint8Array> {
      const name = `${key}/${offset}`;
      const known = sections.get(name);
      if (known !== undefined) return known;
      const read = await get(key, `bytes=${offset}-${offset + length - 1}`);
      sections.set(name, read);
      return read;
    },

    whole: (key: string): Promise<Uint8Array> => get(key),

    async put(key: string, body: Uint8Array): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },

    /** What is not there any more stays so. */
    async remove(keys: readonly string[]): Promise<void> {
      if (keys.length === 0) return;
      const Objects = keys.map((Key) => ({ Key }));
      await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
    },
  };
}
