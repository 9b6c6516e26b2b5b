import { afterAll, beforeAll, beforeEach } from "vitest";
import { answer } from "../../functions/recipient-pages/answer.ts";
import { accessStore } from "../../shared/accounts/access-store.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { type MessageEvent, messageEventSchema } from "../../shared/contracts/message-event.ts";
import type { MessageRow } from "../../shared/messages/message.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { messageIdAt, newId } from "../../shared/platform/ids.ts";
import { optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { recentHits } from "../../shared/tracking/recent-hits.ts";
import { recipientLinks } from "../../shared/tracking/recipient-links.ts";
import { rowOf } from "./message-events.ts";
import { settableClock, startTestTable, type TestTable } from "./test-table.ts";

const key = "k".repeat(64);
const hosts = { pages: "", tracking: "" };
/** When each test begins. */
export const noon = Date.UTC(2026, 0, 31, 12);
/** The message that the pages are about; each test has an account of its own for it. */
export const messageId = messageIdAt(newId(noon), 0);
const never = () => new Promise<never>(() => undefined);

type Clock = ReturnType<typeof settableClock>;

function storesOn(table: TestTable, clock: Clock) {
  const at = { ...table, clock };
  return {
    ...{ suppressions: suppressionStore(at), optOuts: optOutStore(at), accounts: accountStore(at) },
    ...{ accesses: accessStore(at), audits: auditStore(at), notices: noticeStore(at) },
  };
}

/** The recipients' pages for the tests of a file, with one message that its recipient may be asked about. */
export function useRecipientPages() {
  const clock = settableClock(noon);
  const told: MessageEvent[] = [];
  const warnings: string[] = [];
  const healthy = { queue: true, table: true, key: true };
  let table: TestTable;
  let lists: ReturnType<typeof storesOn>;
  let recent = recentHits();
  const pages = {
    ...{ clock, told, warnings, healthy },
    accountId: 0,
    /** The message in the log. */
    row: undefined as MessageRow | undefined,
    /** How often it was looked up. */
    reads: 0,
    get lists() {
      return lists;
    },
    listed: () => lists.suppressions.list({ accountId: pages.accountId, limit: 10 }),
    links: () => linksOf(pages.accountId),
    ask,
  };

  beforeAll(async () => {
    table = await startTestTable("Suppressions");
    lists = storesOn(table, clock);
  });
  afterAll(() => table.stop());
  beforeEach(() => {
    pages.accountId += 1;
    told.length = 0;
    warnings.length = 0;
    recent = recentHits();
    pages.reads = 0;
    clock.set(noon);
    Object.assign(healthy, { queue: true, table: true, key: true });
    const { accountId } = pages;
    const email = { to: "anna@example.org", domainId: 3, subject: "Sale" };
    pages.row = rowOf({ accountId, messageId }, noon, email);
  });

  function ask(method: string, rawPath: string, headers: Record<string, string> = {}, id = newId(noon)) {
    const deps = {
      linkKeys: { key: async () => (healthy.key ? key : Promise.reject(new Error("no key"))) },
      messages: logOf(pages),
      events: queueInto(told, healthy),
      ...{ clock, ...lists, recentHits: recent },
      patience: healthy.table ? { hitMs: 60_000, leaveMs: 60_000 } : { hitMs: 20, leaveMs: 20 },
      warn: (text: string) => warnings.push(text),
    };
    const requestContext = { http: { method, sourceIp: "192.0.2.1" }, requestId: id };
    return answer(deps, { rawPath, headers: { "user-agent": "Mail/1.0", ...headers }, requestContext });
  }

  return pages;
}

/** A log with one message, whose look-ups are counted, and never end while the table is ill. */
function logOf(pages: { row: MessageRow | undefined; reads: number; healthy: { table: boolean } }) {
  return {
    get: async () => {
      pages.reads += 1;
      return pages.healthy.table ? pages.row : never();
    },
  };
}

function queueInto(told: MessageEvent[], healthy: { queue: boolean }) {
  return {
    put: async (some: readonly MessageEvent[]) => {
      if (!healthy.queue) throw new Error("no queue");
      told.push(...some.map((event) => messageEventSchema.parse(event)));
    },
  };
}

function linksOf(accountId: number) {
  const email = {
    ...{ accountId, messageId, domainId: 3, domainName: "example.com" },
    ...{ stream: "bulk" as const, recipient: "Anna@example.org" },
  };
  return recipientLinks(email, hosts, key);
}
