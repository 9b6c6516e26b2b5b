import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { startFauxqs } from "fauxqs";

/** An empty bucket in an embedded S3 of its own, and a client that reaches it. */
export async function startTestBucket(settings: S3ClientConfig = {}) {
  const bucket = "log";
  const engine = await startFauxqs({ port: 0, logger: false });
  engine.createBucket(bucket);
  const s3 = new S3Client({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${engine.port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    ...settings,
  });
  return {
    s3,
    bucket,
    async stop(): Promise<void> {
      s3.destroy();
      await engine.stop();
    },
  };
}
