import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Account } from "../../shared/accounts/account.ts";
import type { DeliveryJob, EmailContent } from "../../shared/contracts/delivery-job.ts";
import type { MessageEvent } from "../../shared/contracts/message-event.ts";
import { deliver } from "../../shared/delivery/deliver.ts";
import type { DeliverDeps } from "../../shared/delivery/deliver-deps.ts";
import type { Dispatch, Outcome } from "../../shared/delivery/outcome.ts";
import { roomOf } from "../../shared/delivery/room.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import { claimStore } from "../../shared/messages/claim-store.ts";
import { heldStore } from "../../shared/messages/held-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { messageIdAt, newId } from "../../shared/platform/ids.ts";
import { hourStore } from "../../shared/quota/hour-store.ts";
import { settableClock, startTestTable, type TestTable } from "./test-table.ts";

export const noon = Date.UTC(2026, 0, 31, 12);
export const accountId = 7;
/** How long a message that a worker took and did not finish stays out of sight: six times the worker's time. */
export const visibilityMs = 360_000;

export const account: Account = {
  id: accountId,
  name: "Shop",
  ownerEmail: "owner@example.com",
  status: "active",
  planName: "Business 100K",
  limits: { requestsPer10Seconds: 150, emailsPerHour: 1_000_000, messageBytes: 10_000_000 },
};

export const domain: SendingDomain = {
  id: 1,
  accountId,
  name: "example.com",
  complianceStatus: "compliant",
  dkimKeys: [],
  returnPathLabel: "ve1",
  openTracking: false,
  clickTracking: false,
  trackingOptOut: false,
  unsubscribeLink: false,
  customTracking: false,
  ...{ healthAlerts: true, criticalAlerts: true, alertRecipient: null },
  demo: false,
  demoSent: 0,
  reviewReasons: [],
};

const content: EmailContent = {
  from: { email: "shop@example.com" },
  to: [{ email: "list@example.com" }],
  cc: [],
  subject: "Hello",
  text: "Hi",
  headers: {},
  attachments: [],
};

/** A job to so many recipients, whose messages are new in every table. */
export function jobTo(count: number, change: Partial<DeliveryJob> = {}): DeliveryJob {
  const submissionId = newId(noon);
  return {
    version: 1,
    submissionId,
    accountId,
    stream: "transactional",
    domainName: "example.com",
    acceptedAt: noon,
    attempt: 0,
    content: { stored: [], inline: content },
    recipients: Array.from({ length: count }, (_, place) => ({
      messageId: messageIdAt(submissionId, place),
      email: `r${place}@example.org`,
      kind: "to" as const,
    })),
    ...change,
  };
}

/** A provider that a test scripts: what it answers, and whom it has taken. */
export function scriptedRoute(answer: (dispatch: Dispatch) => Outcome | Promise<Outcome>) {
  const handed: Dispatch[] = [];
  const route = {
    open: true,
    isOpen: () => route.open,
    send: async (dispatch: Dispatch) => {
      handed.push(dispatch);
      return await answer(dispatch);
    },
  };
  return { route, handed };
}

export function accepting({ messageId, rfcMessageId }: Dispatch): Outcome {
  return { kind: "accepted", providerMessageId: `p-${messageId}`, rfcMessageId };
}

/** A worker's surroundings on a table of this test file's own, new for each test. */
export function useDeliveryWorld() {
  let table: TestTable;
  let world: ReturnType<typeof deliveryWorld>;

  beforeAll(async () => {
    table = await startTestTable("Messages");
  });
  beforeEach(() => {
    world = deliveryWorld(table);
  });
  afterAll(() => table.stop());

  return {
    world: () => world,
    /** The rows of a job's messages, in the order of its recipients. */
    rowsOf: (job: DeliveryJob) =>
      Promise.all(job.recipients.map(({ messageId }) => world.messages.get({ accountId, messageId }))),
  };
}

/** A delivery queue: what lies in it, and from when each may be received (epoch ms). */
export interface Queued {
  job: DeliveryJob;
  dueAt: number;
}

/** One worker's surroundings: real stores on the table, everything else as the test has it. */
export function deliveryWorld(table: TestTable, clock = settableClock(noon)) {
  const queued: Queued[] = [];
  const warnings: string[] = [];
  const events: MessageEvent[] = [];
  const messages = messageStore({ ...table, clock });

  function deps(
    change: Partial<DeliverDeps> = {},
    client: DynamoDBDocumentClient = table.client,
  ): DeliverDeps {
    return {
      accounts: { get: async () => account },
      domains: { find: async () => domain },
      hours: hourStore({ client, table: table.table, clock }),
      claims: claimStore({
        ...{ client, table: table.table, statsTable: table.table },
        ...{ clock, takeUnit: unitOf(table.table) },
      }),
      contents: { load: async () => content, rawMessage: never, read: never },
      queue: {
        putBack: async (job, notBefore) => {
          const delay = Math.min(Math.ceil(Math.max(notBefore - clock.now(), 0) / 1000), 900) * 1000;
          queued.push({ job: { ...job, notBefore }, dueAt: clock.now() + delay });
        },
      },
      holding: {
        accounts: { getNow: change.accounts?.get ?? (async () => account) },
        held: heldStore({ client, table: table.table }),
        heldJobs: { put: never },
      },
      events: { put: async (some) => void events.push(...some) },
      suppressions: { marksOf: async () => new Map() },
      mailServers: { of: async () => undefined },
      routes: { ses: scriptedRoute(accepting).route },
      composing: {
        mailHost: "mail.example.net",
        trackingUrl: "https://track.example.net",
        linkKeys: { key: async () => "k".repeat(64) },
      },
      room: roomOf(32),
      clock,
      random: () => 0,
      warn: (text) => warnings.push(text),
      ...change,
    };
  }

  const invocation = { remainingMs: () => 60_000 };

  /** Works off the queue, moving the clock on, until it is empty. */
  async function workOff(worker: DeliverDeps) {
    for (let rounds = 0; rounds < 2_000; rounds += 1) {
      queued.sort((a, b) => a.dueAt - b.dueAt);
      const next = queued.shift();
      if (!next) return;
      clock.set(Math.max(clock.now(), next.dueAt));
      await deliver(worker, next.job, invocation);
    }
    throw new Error("the queue never emptied");
  }

  return { clock, queued, warnings, events, messages, deps, workOff, invocation };
}

function never(): never {
  throw new Error("nothing is stored");
}

function unitOf(table: string) {
  return (of: { accountId: number }) => ({
    Update: {
      TableName: table,
      Key: { pk: `ACCOUNT#${of.accountId}`, sk: "QUOTA" },
      UpdateExpression: "ADD taken :one",
      ExpressionAttributeValues: { ":one": 1 },
    },
  });
}
