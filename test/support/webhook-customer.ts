import { beforeEach } from "vitest";
import type { TestDynamo } from "./dynamodb.ts";
import { settableClock } from "./test-table.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";
import { recorded, type WebhookWorld, webhookWorld } from "./webhook-world.ts";

/** Before each test a new account, whose one webhook calls an endpoint of this machine once `hook` has made it. */
export function useWebhookCustomer(dynamo: TestDynamo) {
  const noon = Date.UTC(2026, 0, 31, 12);
  const clock = settableClock(noon);
  let world: WebhookWorld;
  let receiver: WebhookReceiver;
  let accountId = 0;
  const id = () => ({ accountId, webhookId: accountId });

  beforeEach(async () => {
    accountId += 1;
    clock.set(noon);
    world = webhookWorld(dynamo, clock);
    receiver = await startWebhookReceiver();
    return () => receiver.stop();
  });

  return {
    ...{ clock, id },
    get world() {
      return world;
    },
    get receiver() {
      return receiver;
    },
    get accountId() {
      return accountId;
    },
    hook: (wish = {}) => world.create({ ...id(), url: receiver.url, ...wish }),
    /** Tells of deliveries, a millisecond apart, each known by its name. */
    tell: (...names: string[]) =>
      world.tell(names.map((name, place) => recorded(accountId, name, clock.now() + place))),
    /** The names of what the endpoint has taken, in order. */
    names: () => receiver.events().map(({ email }) => String(email).split("@")[0]),
  };
}
