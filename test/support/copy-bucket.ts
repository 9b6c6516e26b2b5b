import { S3Client } from "@aws-sdk/client-s3";
import { startFauxqs } from "fauxqs";
import type { CopyDeps } from "../../shared/delivery/copies.ts";
import { copyReaderClient } from "../../shared/messages/copy-reader-client.ts";
import { sentCopyClient } from "../../shared/messages/sent-copy-client.ts";

/** A bucket for copies of what was sent, on an embedded S3, and what is told of those that were lost. */
export async function startCopyBucket() {
  const bucket = "log";
  const engine = await startFauxqs({ port: 0, logger: false });
  engine.createBucket(bucket);
  const s3 = new S3Client({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${engine.port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
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
    async stop() {
      s3.destroy();
      await engine.stop();
    },
  };
}
