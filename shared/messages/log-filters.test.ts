import { describe, expect, it, vi } from "vitest";
import { eventBits, type LogEntry } from "./log-entry.ts";
import { ofDomains, parseFilters } from "./log-filters.ts";

const bits = (...kinds: string[]) => kinds.reduce((sum, kind) => sum | (eventBits.get(kind) ?? 0), 0);

const entry: LogEntry = {
  messageId: "m",
  status: "delivered",
  events: bits("delivery", "open"),
  stream: "transactional",
  domainId: 3938,
  category: "Welcome Email",
  esp: "Google",
  recipientMx: "gmail-smtp-in.l.google.com",
  response: "250 2.0.0 OK",
  clientIp: "203.0.113.42",
  sendingIp: "192.0.2.17",
  opens: 2,
  clicks: 0,
  from: "NoReply@example.com",
  to: "recipient@example.com",
  subject: "Order confirmation",
};
const bare: LogEntry = { ...entry, category: null, esp: null, subject: null, clientIp: null, events: 0 };

const finds = (filters: unknown, of = entry) =>
  parseFilters(filters).conditions.every(({ column, accepts }) => accepts(of[column]));
const by = (field: string, operator: string, value?: unknown, of = entry) =>
  finds({ [field]: { operator, ...(value !== undefined && { value }) } }, of);

describe("a filter of the log", () => {
  it.each([
    ["to", "ci_equal", "Recipient@Example.com", true],
    ["to", "ci_equal", "recipient@example", false],
    ["to", "ci_not_equal", "recipient@example.com", false],
    ["from", "ci_contain", "noreply@", true],
    ["from", "ci_not_contain", "noreply@", false],
    ["subject", "ci_contain", "CONFIRMATION", true],
    ["subject", "ci_not_equal", ["Order confirmation", "other"], false],
    ["email_service_provider_response", "ci_contain", "ok", true],
    ["recipient_mx", "ci_equal", "GMAIL-smtp-in.l.google.com", true],
    ["status", "equal", "delivered", true],
    ["status", "not_equal", ["delivered", "enqueued"], false],
    ["email_service_provider", "equal", "Google", true],
    ["email_service_provider", "equal", "google", false],
    ["category", "equal", ["Welcome Email", "Reset"], true],
    ["category", "not_equal", "Reset", true],
    ["domain_id", "equal", "3938", true],
    ["domain_id", "equal", ["1", "3938"], true],
    ["sending_domain_id", "not_equal", "3938", false],
    ["sending_stream", "equal", "bulk", false],
    ["events", "include_event", ["click", "open"], true],
    ["events", "include_event", "spam", false],
    ["events", "not_include_event", "click", true],
    ["events", "not_include_event", ["click", "open"], false],
    ["opens_count", "equal", "2", true],
    ["opens_count", "greater_than", "2", false],
    ["clicks_count", "less_than", 1, true],
    ["client_ip", "equal", "203.0.113.42", true],
    ["client_ip", "contain", "203.0", true],
    ["sending_ip", "not_contain", "192.0.2", false],
  ])("finds by %s, %s, %j: %s", (field, operator, value, expected) => {
    expect(by(field, operator, value)).toBe(expected);
  });

  it("is the usual one where it names no operator", () => {
    expect(finds({ category: "Welcome Email" })).toBe(true);
    expect(finds({ category: ["Reset"] })).toBe(false);
    expect(finds({ events: { value: "open" } })).toBe(true);
    expect(finds({ status: { value: ["enqueued"] } })).toBe(false);
    expect(finds({ to: "RECIPIENT@example.com" })).toBe(true);
  });

  it("tells empty subjects from others", () => {
    expect(by("subject", "empty")).toBe(false);
    expect(by("subject", "not_empty")).toBe(true);
    expect(by("subject", "empty", undefined, bare)).toBe(true);
    expect(by("subject", "empty", undefined, { ...bare, subject: "" })).toBe(true);
  });

  it("finds messages without a value only by what they are not", () => {
    expect(by("category", "equal", "Reset", bare)).toBe(false);
    expect(by("category", "not_equal", "Reset", bare)).toBe(true);
    expect(by("client_ip", "contain", "203", bare)).toBe(false);
    expect(by("client_ip", "not_contain", "203", bare)).toBe(true);
    expect(by("events", "not_include_event", "open", bare)).toBe(true);
  });

  it.each([
    { unknown: { operator: "equal", value: "x" } },
    { status: { operator: "contain", value: "deliv" } },
    { status: { operator: "equal", value: "lost" } },
    { status: { operator: "toString", value: "x" } },
    { domain_id: { operator: "equal", value: "many" } },
    { opens_count: { operator: "greater_than", value: "" } },
    { to: { operator: "ci_equal" } },
    { to: null },
    { events: { operator: "include_event", value: ["sending"] } },
    { sent_after: "yesterday", sent_before: ["2025-01-01"] },
    "filters",
    undefined,
  ])("is ignored where it is unknown or invalid: %j", (filters) => {
    expect(parseFilters(filters)).toEqual({ conditions: [] });
  });

  it("rules many values out by a look at all of them only where it looks for few", () => {
    const hintsFor = (count: number) =>
      parseFilters({ to: Array.from({ length: count }, (_, n) => `r${n}@example.net`) }).conditions[0]?.hints;
    expect(hintsFor(2)).toEqual(['"r0@example.net"', '"r1@example.net"']);
    expect(hintsFor(100)).toBeUndefined();
  });

  it("keeps the values that can be", () => {
    expect(by("status", "equal", ["lost", "delivered"])).toBe(true);
  });

  it("reads times of ISO 8601, also where a plus sign became a space", () => {
    expect(parseFilters({ sent_after: "2025-01-01T02:00:00 02:00", sent_before: "2025-01-31" })).toEqual({
      conditions: [],
      sentAfter: Date.UTC(2025, 0, 1),
      sentBefore: Date.UTC(2025, 1, 1) - 1,
    });
  });

  it.each([
    ["2025-01-31T23:59:59Z", 999],
    ["2025-01-31T23:59:59.500Z", 500],
  ])("ends with the last moment of what %s names", (time, ms) => {
    expect(parseFilters({ sent_before: time }).sentBefore).toBe(Date.UTC(2025, 0, 31, 23, 59, 59, ms));
  });

  it.each(["2025-01-01T02:00:00", "2025-01-01 02:00:00", "2025-01-01T02:00:00Z", "2025-01-01T01:00:00-0100"])(
    "takes %s for a time in UTC, wherever it runs",
    (time) => {
      vi.stubEnv("TZ", "Asia/Tokyo");
      expect(new Date(2025, 0, 1).getTime()).not.toBe(Date.UTC(2025, 0, 1));
      expect(parseFilters({ sent_after: time }).sentAfter).toBe(Date.UTC(2025, 0, 1, 2));
      vi.unstubAllEnvs();
    },
  );

  it("finds only messages of the domains that somebody may see", () => {
    const { accepts } = ofDomains([3938]);
    expect([3938, 7, null].map(accepts)).toEqual([true, false, false]);
  });
});
