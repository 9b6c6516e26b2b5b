import { type ListTransfer, listTransferSchema } from "../../shared/contracts/list-transfer.ts";
import { eachRecord } from "../../shared/platform/each-alone.ts";
import type { QueueEvent, QueueRecord, QueueResponse } from "../../shared/platform/queue-event.ts";
import { exportList } from "../../shared/suppressions/export-list.ts";
import { importList } from "../../shared/suppressions/import-list.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();

/** How long one transfer works before it makes room for others: half of the function's time. */
const sliceMs = 60_000;

/** Works on imports and exports, slice by slice; one that needs more queues again behind the others. */
export async function handler(event: QueueEvent): Promise<QueueResponse> {
  return await eachRecord(event, { text: "a list transfer failed" }, work);
}

async function work({ body }: QueueRecord): Promise<void> {
  const { kind, accountId, id }: ListTransfer = listTransferSchema.parse(JSON.parse(body));
  const goOn = kind === "import" ? importList : exportList;
  const result = await goOn(deps, { accountId, id }, deps.clock.now() + sliceMs);
  if (result === "more") await deps.transfers.ask({ kind, accountId, id });
}
