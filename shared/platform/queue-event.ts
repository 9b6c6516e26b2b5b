/** What is used of the event with which Lambda hands over a batch of queue messages. */
export interface QueueEvent {
  readonly Records: QueueRecord[];
}

/** One of them, by SQS's own id for it. A type, since Powertools takes no interface for a record. */
export type QueueRecord = {
  readonly messageId: string;
  readonly body: string;
  /** What SQS says about it; `ApproximateReceiveCount` is 1 the first time. */
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
};

/** Which of them are to come again; the others are done. */
export interface QueueResponse {
  readonly batchItemFailures: { itemIdentifier: string }[];
}
