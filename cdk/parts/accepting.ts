import type { Worker } from "../defaults/worker.ts";
import type { Storage } from "./storage.ts";

/** What every door needs to accept mail, besides queue and bucket. */
export function allowAccept(worker: Worker, storage: Storage): void {
  // UpdateItem counts what a demo domain sends.
  storage.accounts.allow(worker, "GetItem", "UpdateItem");
  storage.accounts.allowIndexQuery(worker, "byTokenHash");
  storage.counters.allow(worker, "UpdateItem");
  // UpdateItem reserves; GetItem gives back; PutItem records the closed period when a send comes before the schedule.
  storage.quota.allow(worker, "UpdateItem", "GetItem", "PutItem");
  storage.idempotency.allow(worker, "PutItem", "UpdateItem", "DeleteItem");
  // What became of a submission that a crash interrupted, and the marks of what was refused after all.
  storage.messages.allow(worker, "BatchGetItem", "PutItem");
  // Who sends the email that reaches 80% of the month tells the account's owner.
  storage.notices.allow(worker, "PutItem");
}
