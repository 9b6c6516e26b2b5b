import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { newId } from "../../../shared/platform/ids.ts";
import type { LinkKeyClient } from "../../../shared/tracking/link-key-client.ts";
import { recipientLinks } from "../../../shared/tracking/recipient-links.ts";
import type { BacklogStore } from "../../../shared/webhooks/backlog-store.ts";
import type { SecretClient } from "../../../shared/webhooks/secret-client.ts";
import type { TickQueueClient } from "../../../shared/webhooks/tick-queue-client.ts";
import type { WebhookId } from "../../../shared/webhooks/webhook.ts";
import type { WebhookStore } from "../../../shared/webhooks/webhook-store.ts";
import type { Installation } from "../installation.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";
import { operatorsAccount } from "./mail.ts";

export interface WebhookDeps {
  readonly webhooks: WebhookStore;
  readonly backlog: BacklogStore;
  readonly ticks: Pick<TickQueueClient, "send">;
  readonly secrets: Pick<SecretClient, "seal">;
  readonly linkKeys: LinkKeyClient;
  readonly installation: Pick<Installation, "hosts">;
  readonly clock: Clock;
  /** Ms in which the call has to be made. */
  readonly patienceMs: number;
}

const betweenLooksMs = 250;
const secretBytes = 16;
const highestId = 2 ** 31;

/** An event on its way to a webhook that the installation itself answers: tick, dispatcher, call. */
export async function examineWebhook(deps: WebhookDeps): Promise<Finding[]> {
  return [await look("Webhook", () => webhookOutcome(deps))];
}

async function webhookOutcome(deps: WebhookDeps): Promise<Outcome> {
  const { webhooks, backlog } = deps;
  const id = { accountId: operatorsAccount, webhookId: randomInt(1, highestId) };
  await makeWebhook(deps, id);
  try {
    return await called(deps, id);
  } finally {
    await webhooks.remove(id);
    await backlog.purge(id, () => false);
  }
}

async function makeWebhook(deps: WebhookDeps, id: WebhookId): Promise<void> {
  const { clock, secrets, webhooks, backlog, ticks } = deps;
  const now = clock.now();
  await webhooks.create({
    ...id,
    url: await ownUrl(deps),
    ...{ active: true, type: "email_sending", payloadFormat: "json", stream: null, domainId: null },
    // It is told of nothing but what is put before it here.
    eventTypes: [],
    sealedSecret: await secrets.seal(id, randomBytes(secretBytes).toString("hex")),
    ...{ createdAt: now, failures: 0 },
  });
  const event = { at: now, eventId: newId(now), payload: JSON.stringify({ event: "delivery" }) };
  await backlog.put(id.accountId, [{ webhookId: id.webhookId, ...event }]);
  await ticks.send(id);
}

/** A page of recipients takes any POST to a link of its own: here, one of nobody. */
async function ownUrl({ linkKeys, installation, clock }: WebhookDeps): Promise<string> {
  const pages = installation.hosts.find(({ name }) => name === "track")?.url ?? "";
  const mail = {
    ...{ accountId: operatorsAccount, messageId: newId(clock.now()), stream: "transactional" as const },
    ...{ domainId: operatorsAccount, domainName: "doctor.invalid", recipient: "doctor@doctor.invalid" },
  };
  return recipientLinks(mail, { pages, tracking: pages }, await linkKeys.key()).optOut;
}

async function called({ webhooks, backlog, patienceMs }: WebhookDeps, id: WebhookId): Promise<Outcome> {
  const looks = Math.ceil(patienceMs / betweenLooksMs);
  for (let seen = 0; seen < looks; seen += 1) {
    const { events } = await backlog.oldest(id, 1);
    if (events.length === 0) return ok("an event was sent to the installation's own host, and taken");
    if (((await webhooks.find(id))?.failures ?? 0) > 0) {
      return failed(
        "the function DispatchWebhooks has called the installation's own host, which did not answer with 200",
        "See what is said of the hosts above, and the ERROR lines in the logs of RecipientPages and DispatchWebhooks.",
      );
    }
    await wait(betweenLooksMs);
  }
  return failed(
    `the function DispatchWebhooks has not worked off its tick within ${Math.round(patienceMs / 1_000)} s`,
    "Read the ERROR lines in the log of DispatchWebhooks, and see that its event source mapping is enabled.",
  );
}
