import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { bucketClient, documentClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { listFileClient } from "../../shared/suppressions/list-file-client.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { transferQueueClient } from "../../shared/suppressions/transfer-queue-client.ts";
import { exportStore, importStore } from "../../shared/suppressions/transfer-store.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment() {
  const env = readEnvironment({
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.payloadsBucket]: z.string(),
    [environmentNames.listTransfersUrl]: z.string(),
  });
  const table = { client: documentClient(), table: env.SUPPRESSIONS_TABLE, clock };
  return {
    suppressions: suppressionStore(table),
    imports: importStore(table),
    exports: exportStore(table),
    files: listFileClient({
      s3: bucketClient({ requestChecksumCalculation: "WHEN_REQUIRED" }),
      bucket: env.PAYLOADS_BUCKET,
    }),
    transfers: transferQueueClient({ sqs: queueClient(), queueUrl: env.LIST_TRANSFERS_URL }),
    clock,
  };
}
