import { describe, expect, it } from "vitest";
import type { News, UseNews } from "../platform/notice.ts";
import { wordsOf } from "./catalogue.ts";
import { emailTextOf } from "./notice.ts";

const start = Date.UTC(2026, 0, 31, 12);
const use = (kind: UseNews["kind"], percent: UseNews["percent"], overageCap = 0): UseNews => ({
  ...{ kind, percent, periodStart: start, used: percent * 100, limit: 10_000, overageCap },
});
const standing = (
  kind: "sending_suspended" | "ban_ahead" | "account_banned",
  banAt?: number,
  answered?: boolean,
): News => ({
  ...{ kind, changeId: "x", what: "The domain shop.example", reason: "Too many bounces.", banAt, answered },
});

describe("what an owner reads", () => {
  it.each([
    [use("month_used", 80), "info", "8,000 of 10,000 emails", "Once all are used"],
    [use("month_used", 90), "warning", "9,000 of 10,000 emails", "Once all are used"],
    [use("month_used", 100), "critical", "10,000 of 10,000 emails", "Further emails are refused"],
    [use("month_used", 80, 5_000), "info", "Up to 5,000 emails beyond the limit will be sent"],
    [use("month_used", 100, 5_000), "warning", "beyond the limit are being sent as overage"],
    [use("overage_used", 100, 10_000), "critical", "emails beyond the month's", "Further emails are refused"],
    [{ ...use("month_used", 100), isOver: true }, "info", "10,000 of 10,000 emails", "That period has ended"],
    [
      { kind: "payment_failed", planName: "basic-10k", freeFrom: start },
      "critical",
      "basic-10k, has failed",
      "the free plan, with its limits, from 2026-01-31 on",
    ],
    [
      standing("sending_suspended", start),
      "critical",
      "Too many bounces.",
      "a ban at 2026-01-31T12:00:00.000Z",
    ],
    [
      standing("ban_ahead", start),
      "critical",
      "Too many bounces.",
      "We have not heard from you. If that stays so, your account is banned at 2026-01-31T12:00:00.000Z",
    ],
    [
      standing("ban_ahead", start, true),
      "critical",
      "We have your answer. Unless the suspension is lifted before, your account is banned at 2026",
    ],
    [standing("account_banned"), "critical", "Too many bounces.", "What was kept is rejected."],
  ] as const)(
    "of %j has its severity, says what follows, and what can be done",
    (news, severity, ...parts) => {
      const words = wordsOf(news);
      expect(words.severity).toBe(severity);
      for (const part of parts) expect(words.text).toContain(part);
      const { label, request } = words.callToAction;
      expect(emailTextOf(words)).toBe(`${words.text}\n\n${label}:\n\n  ${request}\n`);
    },
  );

  it("of a new user has his address alone", () => {
    const words = wordsOf({ kind: "user_joined", accessId: 7, email: "bob@example.net" });
    expect(words).toMatchObject({ severity: "info", resource: { type: "user", id: 7 } });
    expect(words.subject).toBe("bob@example.net has joined your account");
  });

  it("of a domain has the reasons one by one", () => {
    const words = wordsOf({
      ...{ kind: "domain_state", domainId: 7, name: "shop.example", state: "non_compliant", turn: 3 },
      reasons: ["It sells nothing.", "It leads nowhere."],
    });
    expect(words).toMatchObject({ severity: "critical", resource: { type: "domain", id: 7 } });
    expect(words.text).toMatch(/cannot send\.\n\n- It sells nothing\.\n- It leads nowhere\.$/);
  });
});
