import { auditStore } from "../../shared/accounts/audit-store.ts";
import type { MessageEvent } from "../../shared/contracts/message-event.ts";
import type { WebhookTick } from "../../shared/contracts/webhook-tick.ts";
import type { RecordedEvent } from "../../shared/messages/event.ts";
import type { MessageRow } from "../../shared/messages/message.ts";
import { derivedId, newId } from "../../shared/platform/ids.ts";
import type { News } from "../../shared/platform/notice.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import { type DispatchDeps, dispatch } from "../../shared/webhooks/dispatch.ts";
import { endpointClient } from "../../shared/webhooks/endpoint-client.ts";
import { leaseStore } from "../../shared/webhooks/lease-store.ts";
import { tellWebhooks } from "../../shared/webhooks/tell-webhooks.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import type { Webhook } from "../../shared/webhooks/webhook.ts";
import { webhookStore } from "../../shared/webhooks/webhook-store.ts";
import type { TestDynamo } from "./dynamodb.ts";
import type { settableClock } from "./test-table.ts";

export const signingSecret = "00112233445566778899aabbccddeeff";

interface QueuedTick {
  readonly dueAt: number;
  readonly tick: WebhookTick;
}

export type WebhookWorld = ReturnType<typeof webhookWorld>;

/** Everything of webhooks but SQS, KMS and notices: these three are lists here, the queue by the test's clock. */
export function webhookWorld(dynamo: TestDynamo, clock: ReturnType<typeof settableClock>) {
  const at = { client: dynamo.client, table: dynamo.tables.webhooks, clock };
  const queue: QueuedTick[] = [];
  const told: { accountId: number; news: News }[] = [];
  const sqs = {
    send: async ({ input }: { input: { MessageBody?: string; DelaySeconds?: number } }) => {
      const dueAt = clock.now() + (input.DelaySeconds ?? 0) * 1_000;
      queue.push({ dueAt, tick: JSON.parse(input.MessageBody ?? "") });
      return {};
    },
  };
  const deps: DispatchDeps = {
    webhooks: webhookStore(at),
    leases: leaseStore(at),
    backlog: backlogStore(at),
    ticks: tickQueueClient({ sqs: sqs as never, queueUrl: "ticks", clock }),
    secrets: { open: async () => signingSecret },
    endpoints: endpointClient({ allowPrivate: true }),
    audits: auditStore({ client: dynamo.client, table: dynamo.tables.accounts, clock }),
    owner: {
      tell: async (accountId, news) => {
        told.push({ accountId, news });
      },
    },
    clock,
    warn: () => undefined,
  };
  const webhooks = webhookStore(at);
  /** As one process does that records. */
  const ticks = tickQueueClient({ sqs: sqs as never, queueUrl: "ticks", clock });
  const recorder = { webhooks, backlog: deps.backlog, ticks };

  /** Works off what is due, again and again, until nothing is. */
  async function workOff(changed: Partial<DispatchDeps> = {}): Promise<void> {
    for (;;) {
      const due = queue.filter(({ dueAt }) => dueAt <= clock.now());
      if (due.length === 0) return;
      for (const one of due) queue.splice(queue.indexOf(one), 1);
      const invocation = { remainingMs: () => 75_000 };
      await Promise.all(due.map(({ tick }) => dispatch({ ...deps, ...changed }, tick, invocation)));
    }
  }

  return {
    deps,
    webhooks,
    /** What telling webhooks needs. */
    recorder,
    queue,
    told,
    workOff,
    create: async (wish: Partial<Webhook> & Pick<Webhook, "accountId" | "webhookId" | "url">) => {
      const webhook = { ...usual, createdAt: clock.now(), ...wish };
      await webhooks.create(webhook);
      return webhook;
    },
    tell: (events: readonly RecordedEvent[]) => tellWebhooks(recorder, events),
    /** Lets time pass in steps, with whatever is due in each. */
    async pass(ms: number, step = 60_000): Promise<void> {
      const end = clock.now() + ms;
      while (clock.now() < end) {
        clock.set(Math.min(end, clock.now() + step));
        await workOff();
      }
    },
  };
}

const usual = {
  active: true,
  type: "email_sending",
  payloadFormat: "json",
  stream: "transactional",
  domainId: null,
  eventTypes: ["delivery", "open"],
  sealedSecret: "sealed",
  failures: 0,
} as const satisfies Partial<Webhook>;

/** A recorded event of a message of its own, known by a name. */
export function recorded(
  accountId: number,
  name: string,
  at: number,
  { event = {}, row = {} }: { event?: object; row?: Partial<MessageRow> } = {},
): RecordedEvent {
  const messageId = newId(at);
  const eventId = derivedId(name);
  return {
    event: { kind: "delivery", accountId, messageId, eventId, at, ...event } as MessageEvent,
    row: {
      ...{ accountId, messageId, state: "sent", stream: "transactional", domainName: "till.example" },
      ...{ domainId: 5, to: `${name}@example.net`, expiresAt: 2_000_000_000 },
      ...row,
    } as MessageRow,
    first: true,
  };
}
