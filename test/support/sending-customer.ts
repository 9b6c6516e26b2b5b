import { afterAll, beforeAll, beforeEach } from "vitest";
import { brokenCalls } from "./broken-calls.ts";
import { type AccountWish, type SendService, startSendService } from "./send-service.ts";
import { testSender } from "./test-sender.ts";
import { settableClock } from "./test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);

/** The call with which accepted emails reach the queue. */
export const queueing = { sdk: "sqs", command: "SendMessageBatchCommand" } as const;

/** A send service whose calls can break, for the tests of a file; before each it is mended, and has a new customer. */
export function useSendingCustomer() {
  const clock = settableClock(noon);
  let service: SendService;
  let broken: ReturnType<typeof brokenCalls>;
  let account: Awaited<ReturnType<SendService["account"]>>;
  let customer: ReturnType<typeof testSender>;

  /** Another account sends from now on. */
  async function open(wish?: AccountWish): Promise<void> {
    account = await service.account(wish);
    customer = testSender(service, account);
  }

  beforeAll(async () => {
    service = await startSendService(clock);
    broken = brokenCalls(service);
  });
  beforeEach(async () => {
    broken.mend();
    clock.set(noon);
    service.takeJobs();
    await open();
  });
  afterAll(() => service.stop());

  return {
    clock,
    open,
    get service() {
      return service;
    },
    get broken() {
      return broken;
    },
    get account() {
      return account;
    },
    get customer() {
      return customer;
    },
  };
}
