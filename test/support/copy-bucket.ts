import type { CopyDeps } from "../../shared/delivery/copies.ts";
import { copyReaderClient } from "../../shared/messages/copy-reader-client.ts";
import { sentCopyClient } from "../../shared/messages/sent-copy-client.ts";
import { startTestBucket } from "./test-bucket.ts";

/** A bucket for copies of what was sent, on an embedded S3, and what is told of those that were lost. */
export async function startCopyBucket() {
  const { s3, bucket, stop } = await startTestBucket({
    requestChecksumCalculation: "WHEN_REQUIRED",
    maxAttempts: 1,
  });
  const puts: string[] = [];
  s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        if (commandName === "PutObjectCommand") puts.push(String(Object(args.input).Key));
        return next(args);
      },
    { step: "initialize" },
  );
  const lost: { accountId: number; messages: number }[] = [];
  return {
    /** The keys of all that was put. */
    puts,
    lost,
    reader: copyReaderClient({ s3, bucket }),
    /** As a process has them. */
    deps: (change: Partial<CopyDeps> = {}): CopyDeps => ({
      client: sentCopyClient({ s3, bucket }),
      logDaysOf: () => 15,
      held: { bytes: 0 },
      lost: ({ error: _error, ...ids }) => lost.push(ids),
      ...change,
    }),
    /** A client whose bucket is not there. */
    broken: sentCopyClient({ s3, bucket: "missing" }),
    stop,
  };
}
