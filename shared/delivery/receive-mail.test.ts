import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { settableClock, startTestTable, type TestTable } from "../../test/support/test-table.ts";
import type { MessageEvent } from "../contracts/message-event.ts";
import { complaintFields } from "../mail/feedback-headers.ts";
import { messageIdAt, newId } from "../platform/ids.ts";
import { suppressionStore } from "../suppressions/suppression-store.ts";
import { signLink } from "../tracking/link-token.ts";
import { receiveMail } from "./receive-mail.ts";

const key = "k".repeat(64);
const noon = Date.UTC(2026, 0, 31, 12);
const mailHost = "mail.example.net";
const messageId = messageIdAt(newId(noon), 0);

let table: TestTable;
let suppressions: ReturnType<typeof suppressionStore>;
let accountId = 0;
let told: MessageEvent[] = [];
let isQueueWell = true;

beforeAll(async () => {
  table = await startTestTable("Suppressions");
  suppressions = suppressionStore({ ...table, clock: settableClock(noon) });
});
afterAll(() => table.stop());
beforeEach(() => {
  accountId += 1;
  told = [];
  isQueueWell = true;
});

const tokenOf = (kind: "unsubscribe" | "opt-out", signedWith = key) => {
  const who = { accountId, messageId, domainId: 3, domainName: "example.com", recipient: "anna@example.org" };
  const link = kind === "unsubscribe" ? { kind, ...who, stream: "bulk" as const } : { kind, ...who };
  return signLink(link, signedWith);
};

function receive(to: string, raw: string, id = "ses-1") {
  const deps = {
    suppressions,
    messages: { get: async () => undefined },
    events: {
      put: async (events: readonly MessageEvent[]) => {
        if (!isQueueWell) throw new Error("no queue");
        told.push(...events);
      },
    },
    linkKeys: { key: async () => key },
    mailHost,
  };
  return receiveMail(deps, { id, recipients: [to], raw, at: noon });
}

const mail = (subject: string) => `From: anna@example.org\r\nSubject: ${subject}\r\n\r\nPlease\r\n`;
const listed = async () => (await suppressions.list({ accountId, limit: 10 })).map(({ email }) => email);

describe("a mail to unsubscribe", () => {
  it.each([
    ["with the token alone", (token: string) => token],
    ["with words before the token", (token: string) => `Unsubscribe: ${token}`],
    ["with an encoded subject", (token: string) => `=?utf-8?Q?${token.replaceAll("_", "=5F")}?=`],
    ["with a folded subject", (token: string) => `\r\n ${token}`],
  ])("%s ends the stream's mail to the recipient", async (_how, subject) => {
    const to = `Unsubscribe@${mailHost.toUpperCase()}`;
    expect(await receive(to, mail(subject(tokenOf("unsubscribe"))))).toBe("unsubscribed");

    expect(await listed()).toEqual(["anna@example.org"]);
    expect(told).toEqual([
      { kind: "unsubscribe", eventId: expect.any(String), accountId, messageId, at: noon },
    ]);
  });

  it("that is told of twice is one event", async () => {
    await receive(`unsubscribe@${mailHost}`, mail(tokenOf("unsubscribe")));
    await receive(`unsubscribe@${mailHost}`, mail(tokenOf("unsubscribe")));
    expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(1);
  });

  it.each([
    ["a token of somebody else's making", () => tokenOf("unsubscribe", "x".repeat(64))],
    ["a token for something else", () => tokenOf("opt-out")],
    ["no token", () => "unsubscribe me"],
  ])("changes nothing with %s", async (_what, subject) => {
    expect(await receive(`unsubscribe@${mailHost}`, mail(subject()))).toBe("nothing");
    expect([await listed(), told]).toEqual([[], []]);
  });

  it.each(["unsubscribe@elsewhere.example", `postmaster@${mailHost}`, "toString@mail.example.net"])(
    "changes nothing where it went to %s",
    async (to) => {
      expect(await receive(to, mail(tokenOf("unsubscribe")))).toBe("nothing");
    },
  );

  it("comes again where it is not sure that it will last", async () => {
    isQueueWell = false;
    await expect(receive(`unsubscribe@${mailHost}`, mail(tokenOf("unsubscribe")))).rejects.toThrow(
      "no queue",
    );
  });
});

describe("a report", () => {
  const report = (type: string) => {
    const fields = complaintFields({ accountId, messageId }, mailHost);
    return [
      'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
      ...["", "--b", "Content-Type: text/plain", "", "A complaint", "--b"],
      ...["Content-Type: message/feedback-report", "", `Feedback-Type: ${type}`, "Version: 1", "", "--b"],
      ...[
        "Content-Type: text/rfc822-headers",
        "",
        `CFBL-Feedback-ID: ${fields["CFBL-Feedback-ID"]}`,
        "",
        "--b--",
        "",
      ],
    ].join("\r\n");
  };

  it("records the complaint about the message that it names", async () => {
    expect(await receive(`fbl+${messageId}@${mailHost}`, report("abuse"))).toBe("complaint recorded");
    expect(told).toEqual([
      expect.objectContaining({ kind: "spam_complaint", accountId, messageId, feedbackType: "abuse" }),
    ]);
  });

  it.each([
    ["says that it is no spam", () => report("not-spam")],
    ["is no report at all", () => mail("Buy now")],
  ])("that %s changes nothing", async (_what, raw) => {
    expect(await receive(`fbl@${mailHost}`, raw())).toBe("nothing");
    expect(told).toEqual([]);
  });
});
