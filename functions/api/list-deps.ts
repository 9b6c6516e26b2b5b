import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { bucketClient, type documentClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { listFileClient } from "../../shared/suppressions/list-file-client.ts";
import { transferQueueClient } from "../../shared/suppressions/transfer-queue-client.ts";
import { exportStore, importStore } from "../../shared/suppressions/transfer-store.ts";
import type { ExportRouteDeps } from "./routes/suppression-exports.ts";
import type { ImportRouteDeps } from "./routes/suppression-imports.ts";

export type ListOutside = Pick<ImportRouteDeps, "imports" | "transfers"> &
  Pick<ExportRouteDeps, "exports"> & { readonly files: ReturnType<typeof listFileClient> };

/** What imports and exports of lists need of the outside besides what others need. */
export function listDepsFromEnvironment(client: ReturnType<typeof documentClient>): ListOutside {
  const env = readEnvironment({
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.payloadsBucket]: z.string(),
    [environmentNames.listTransfersUrl]: z.string(),
  });
  const table = { client, table: env.SUPPRESSIONS_TABLE };
  return {
    imports: importStore(table),
    exports: exportStore(table),
    files: listFileClient({
      s3: bucketClient({ requestChecksumCalculation: "WHEN_REQUIRED" }),
      bucket: env.PAYLOADS_BUCKET,
    }),
    transfers: transferQueueClient({ sqs: queueClient(), queueUrl: env.LIST_TRANSFERS_URL }),
  };
}
