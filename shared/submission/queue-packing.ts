import { queueCallBytes } from "../contracts/delivery-job.ts";

/** Amazon SQS takes no more messages in one call. */
const messagesPerCall = 10;

export interface Entry {
  /** Its place among the bodies that are to be sent. */
  readonly place: number;
  readonly body: string;
}

/** Packs bodies, in their order, into as few calls as the queue's limits allow. */
export function packCalls(bodies: readonly string[]): Entry[][] {
  const calls: Entry[][] = [];
  let call: Entry[] = [];
  let callBytes = 0;
  for (const [place, body] of bodies.entries()) {
    const bytes = Buffer.byteLength(body);
    if (call.length === 0 || call.length === messagesPerCall || callBytes + bytes > queueCallBytes) {
      call = [];
      callBytes = 0;
      calls.push(call);
    }
    call.push({ place, body });
    callBytes += bytes;
  }
  return calls;
}
