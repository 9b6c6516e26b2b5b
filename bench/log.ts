// A message log of a million rows in 30 days: what it takes to pack it, and how long a search takes then, with
// what it costs in requests and read units. The first argument is another number of rows.
import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startDynamoEngine } from "../local/engines/dynamodb.ts";
import { entryOf, firstIdAt } from "../shared/messages/log-entry.ts";
import { parseFilters } from "../shared/messages/log-filters.ts";
import { dayOfMessage } from "../shared/messages/log-keys.ts";
import { logRowStore } from "../shared/messages/log-row-store.ts";
import type { MessageRow, MessageStatus } from "../shared/messages/message.ts";
import { packDay } from "../shared/messages/pack-day.ts";
import { announcementMs, packLog } from "../shared/messages/pack-log.ts";
import { itemOf } from "../shared/messages/row-store.ts";
import { searchLog } from "../shared/messages/search-log.ts";
import { newId } from "../shared/platform/ids.ts";
import { clientFor, createTables, documentClientFor } from "../test/support/dynamodb.ts";
import { startLogService } from "../test/support/log-service.ts";
import { median, printTable } from "./measure.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const days = 30;
const dayMs = 24 * 3_600_000;
const accountId = 1;
const now = Date.UTC(2026, 2, 31, 12);
const writersAtOnce = 16;
const runs = 3;
/** Packed messages that something happened to since. */
const changes = 1_000;
const placeDigits = 6;
const esps = ["Google", "Yahoo", "Outlook", "iCloud", "Google Workspace", "Office 365", "GMX.net"];
const categories = ["Welcome", "Receipt", "Newsletter", "Password reset", "Weekly digest"];
// List prices of us-east-1 in dollars.
const prices = { readUnit: 0.125 / 1e6, s3Get: 0.4 / 1e6 };

const filters: readonly (readonly [name: string, filters: unknown])[] = [
  ["status = not_delivered", { status: "not_delivered" }],
  ["events include open, category = Newsletter", { events: "open", category: "Newsletter" }],
  ["to = one address", { to: { operator: "ci_equal", value: "READER55433@example7.net" } }],
  ["to contains", { to: { operator: "ci_contain", value: "reader77" } }],
  [
    "subject contains, opens > 0",
    {
      subject: { operator: "ci_contain", value: "order 9" },
      opens_count: { operator: "greater_than", value: 0 },
    },
  ],
  [
    "response contains (rare)",
    {
      email_service_provider_response: { operator: "ci_contain", value: "queued as 123456" },
    },
  ],
  [
    "sent in ten days, provider = Google",
    {
      email_service_provider: "Google",
      sent_after: new Date(now - 20 * dayMs).toISOString(),
      sent_before: new Date(now - 10 * dayMs).toISOString(),
    },
  ],
  ["nothing matches", { recipient_mx: "nowhere.example" }],
];

function rowOf(place: number): MessageRow {
  const at = timeOf(place);
  const bounced = place % 50 === 0;
  const opened = place % 3 === 0;
  const status: MessageStatus = bounced ? "not_delivered" : "delivered";
  const esp = esps[place % esps.length] ?? "Google";
  return {
    accountId,
    messageId: idOf(place),
    state: "sent",
    status,
    logged: true,
    recorded: 3,
    events: { ...(bounced ? { bounce: at } : { delivery: at }), ...(opened && { open: at }) },
    opensCount: opened ? 1 + (place % 4) : 0,
    clicksCount: 0,
    stream: place % 4 === 0 ? "transactional" : "bulk",
    domainName: "till.example",
    domainId: 1 + (place % 3),
    from: `news${place % 3}@till.example`,
    to: `reader${(place * 7919) % 300_007}@example${place % 100}.net`,
    recipientKind: "to",
    subject: `Your order ${place} is on its way`,
    acceptedAt: at,
    category: categories[place % categories.length],
    clientIp: "203.0.113.42",
    esp,
    recipientMx: `mx${place % 7}.${esp.toLowerCase().replaceAll(" ", "-")}.example`,
    sendingIp: `192.0.2.${place % 250}`,
    espResponse: bounced ? "550 5.1.1 user unknown" : `250 2.0.0 queued as ${place}`,
    rfcMessageId: `<${place}@till.example>`,
    claimId: newId(at),
    providerMessageId: newId(at),
    route: "ses",
    attempt: 1,
    expiresAt: 2 ** 31,
  };
}

/** Writes rows at places, as they are after recording. */
async function writeRows(
  client: DynamoDBDocumentClient,
  table: string,
  places: readonly number[],
): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < places.length) {
      const some = places.slice(next, next + 25);
      next += 25;
      const puts = some.map((place) => ({ PutRequest: { Item: itemOf(rowOf(place)) } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
    }
  };
  await Promise.all(Array.from({ length: writersAtOnce }, write));
}

/** Read units and S3 requests of all calls since the last `take`. */
function meter(client: DynamoDBDocumentClient, s3: Awaited<ReturnType<typeof startLogService>>["s3"]) {
  let units = 0;
  let gets = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
      const answer = await next(args);
      const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: object };
      for (const { CapacityUnits = 0 } of [ConsumedCapacity ?? []].flat() as { CapacityUnits?: number }[]) {
        units += CapacityUnits;
      }
      return answer;
    },
    { step: "initialize" },
  );
  s3.middlewareStack.add(
    (next) => (args) => {
      gets += 1;
      return next(args);
    },
    { step: "initialize" },
  );
  return () => {
    const taken = { units, gets };
    units = 0;
    gets = 0;
    return taken;
  };
}

const engine = await startDynamoEngine({ engine: "dynoxide" });
const bare = clientFor(engine.url);
const client = documentClientFor(bare);
const { messages: table } = await createTables(bare);
let time = now;
const log = await startLogService({ client, table, clock: { now: () => time } });
const always = { hasTime: () => true };
const placesOfDay = Map.groupBy(
  Array.from({ length: rows }, (_, place) => place),
  (place) => Math.floor(timeOf(place) / dayMs),
);
try {
  // The days before today go into blocks without having been rows: that writing of rows is not what is measured.
  const [today = [], ...earlier] = [...placesOfDay.values()].reverse();
  const started = performance.now();
  for (const places of earlier) {
    const entries = places.map((place) => entryOf(rowOf(place)));
    await packDay(log, accountId, dayOfMessage(entries[0]?.messageId ?? ""), entries);
  }
  const packedRows = rows - today.length;
  console.log(`${count(packedRows)} messages made and put into blocks in ${seconds(started)} s`);
  const midnight = firstIdAt(Math.floor(now / dayMs) * dayMs);
  await log.packing.announce(accountId, midnight, 0);
  await log.packing.setPackedThrough(accountId, midnight);

  await writeRows(client, table, today);
  const take = meter(client, log.s3);
  const packing = performance.now();
  const due = { accountId, rows: 2_000, deltas: 0 };
  await packLog(log, due, always);
  time += announcementMs;
  const { rows: packed } = await packLog(log, due, always);
  const units = Math.round(take().units);
  console.log(`${count(packed)} rows packed in ${seconds(packing)} s, ${count(units)} read and write units`);

  const opened = earlier.flat().filter((_, place) => place % Math.ceil(packedRows / changes) === 0);
  const recorder = log.recorder();
  for (const place of opened) await log.record(recorder, { ...rowOf(place), opensCount: 9, recorded: 4 });
  console.log(`${count(today.length - packed)} rows not packed, ${count(opened.length)} changed since\n`);

  const store = logRowStore({ client, table });
  const results: string[][] = [];
  for (const [name, given] of filters) {
    const search = { accountId, ...parseFilters(given), retentionDays: days, pageSize: 100 };
    const { messageIds } = await searchLog(log, search);
    await writeRows(client, table, messageIds.map(placeOf));
    const times: number[] = [];
    const work: number[] = [];
    let total = 0;
    let spent = { units: 0, gets: 0 };
    for (let run = 0; run < runs; run += 1) {
      take();
      const begun = performance.now();
      const cpu = process.cpuUsage();
      // Nothing is remembered from the search before, as in a process that has just begun.
      const page = await searchLog({ ...log, blocks: log.newBlocks() }, search);
      await store.rows(accountId, page.messageIds);
      times.push(performance.now() - begun);
      const { user, system } = process.cpuUsage(cpu);
      work.push((user + system) / 1000);
      total = page.total;
      spent = take();
    }
    const dollars = spent.units * prices.readUnit + spent.gets * prices.s3Get;
    results.push([
      name,
      count(total),
      Math.round(median(times)).toString(),
      Math.round(median(work)).toString(),
      Math.round(spent.units).toString(),
      spent.gets.toString(),
      (dollars * 1_000).toFixed(3),
    ]);
  }
  printTable(["filter", "found", "ms", "CPU ms", "read units", "S3 GETs", "$ per 1,000 searches"], results);
} finally {
  await log.stop();
  await engine.stop();
}

function timeOf(place: number): number {
  return now - days * dayMs + Math.floor((place / rows) * days * dayMs);
}

/** An id of the message's time whose last digits are its place. */
function idOf(place: number): string {
  return newId(timeOf(place)).slice(0, -placeDigits) + place.toString(16).padStart(placeDigits, "0");
}

function placeOf(messageId: string): number {
  return Number.parseInt(messageId.slice(-placeDigits), 16);
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
