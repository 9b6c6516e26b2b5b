import { afterAll, beforeAll, beforeEach } from "vitest";
import type { ApiRoute } from "../../functions/api/door/route.ts";
import { type ApiClient, apiClient } from "./api-service.ts";
import { recordedMessages } from "./recorded-messages.ts";
import { type SendService, startSendService } from "./send-service.ts";
import { settableClock } from "./test-table.ts";

type RecordedMessages = ReturnType<typeof recordedMessages>;

/** When each test begins. */
export const noon = Date.UTC(2026, 2, 10, 12);

/** Routes over the log and the statistics for the tests of a file; before each a new account. */
export function useLogApi(routesOver: (deps: RecordedMessages["deps"]) => readonly ApiRoute[]) {
  const clock = settableClock(noon);
  let service: SendService;
  let log: RecordedMessages;
  let ask: ApiClient;
  let account: Awaited<ReturnType<SendService["account"]>>;

  beforeAll(async () => {
    service = await startSendService(clock);
    log = recordedMessages(service, clock);
    ask = apiClient(service, routesOver(log.deps));
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    clock.set(noon);
    account = await service.account();
  });

  return {
    clock,
    get service() {
      return service;
    },
    get log() {
      return log;
    },
    get account() {
      return account;
    },
    ask: (...request: Parameters<ApiClient>) => ask(...request),
    /** The secret of a token of the account for one resource. */
    async tokenFor(
      resourceType: "account" | "domain",
      resourceId: number,
      accessLevel: 10 | 100,
    ): Promise<string> {
      const wanted = { name: "one", resources: [{ resourceType, resourceId, accessLevel }], expiresAt: null };
      return (await service.accounts.createToken(account.accountId, wanted)).secret;
    },
  };
}
