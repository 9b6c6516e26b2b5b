import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { ListTransfer } from "../contracts/list-transfer.ts";

export type TransferQueueClient = ReturnType<typeof transferQueueClient>;

/** The queue of imports and exports that are to be begun, or gone on with. */
export function transferQueueClient({ sqs, queueUrl }: { sqs: SQSClient; queueUrl: string }) {
  return {
    /** Asking again changes nothing. */
    async ask(transfer: Omit<ListTransfer, "version">): Promise<void> {
      const body: ListTransfer = { version: 1, ...transfer };
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(body) }));
    },
  };
}
