import { describe, expect, it, vi } from "vitest";
import {
  accepting,
  accountId,
  jobTo,
  noon,
  scriptedRoute,
  useDeliveryWorld,
} from "../../test/support/delivery-world.ts";
import type { MessageEvent } from "../contracts/message-event.ts";
import type { AddressMarks } from "../suppressions/suppression.ts";
import { replyIn } from "./bounce-category.ts";
import { deliver } from "./deliver.ts";
import type { Outcome } from "./outcome.ts";
import { mostAttempts } from "./retry-rules.ts";

const { world } = useDeliveryWorld();

const busy: Outcome = { kind: "temporary", reason: "451 busy", reply: replyIn("451 4.7.1 Greylisted") };
const unknownUser: Outcome = {
  kind: "refused",
  reason: "550 5.1.1 unknown",
  reply: { ...replyIn("550 5.1.1 User unknown"), recipientMx: "mx.example.org" },
};

function kinds(): string[] {
  return world().events.map(({ kind }) => kind);
}

function over(answer: () => Outcome) {
  return { routes: { ses: scriptedRoute(answer).route } };
}

describe("a worker tells", () => {
  it("of a message before it is settled, so that nothing is lost where it dies in between", async () => {
    const deps = world().deps(over(() => unknownUser));
    const settle = () => Promise.reject(new Error("dead"));
    const job = jobTo(1);
    await expect(
      deliver({ ...deps, claims: { ...deps.claims, settle } }, job, world().invocation),
    ).rejects.toThrow("dead");
    const [first] = world().events;
    world().clock.set(noon + 3_600_000);
    await deliver(deps, job, world().invocation);

    expect(first?.kind).toBe("bounce");
    const bounces = world().events.filter(({ kind }) => kind === "bounce");
    expect(new Set(bounces.map(({ eventId }) => eventId))).toEqual(new Set([first?.eventId]));
  });

  it("of a delivery once its message is settled: a queue of events that fails has nothing sent again", async () => {
    const ses = scriptedRoute(accepting);
    ses.route.open = false;
    const smtp = scriptedRoute(({ rfcMessageId }) => ({
      kind: "accepted",
      delivered: replyIn("250 2.0.0 OK"),
      rfcMessageId,
    }));
    let isDown = true;
    const put = vi.fn(async (events: readonly MessageEvent[]) => {
      if (isDown) throw new Error("down");
      world().events.push(...events);
    });
    const deps = world().deps({ routes: { ses: ses.route, smtp: smtp.route }, events: { put } });
    const job = jobTo(1);
    for (const hour of [0, 1]) {
      world().clock.set(noon + hour * 3_600_000);
      await expect(deliver(deps, job, world().invocation)).rejects.toThrow("down");
    }
    isDown = false;
    await deliver(deps, job, world().invocation);

    expect(smtp.handed).toHaveLength(1);
    expect(world().events).toMatchObject([{ kind: "delivery", at: noon, response: "250 2.0.0 OK" }]);
  });
});

describe("what became of an attempt is", () => {
  it("a bounce where the recipient's side refused, with all that it told", async () => {
    const mailServers = { of: async () => "aspmx.l.google.com" };
    await deliver(world().deps({ ...over(() => unknownUser), mailServers }), jobTo(1), world().invocation);

    expect(world().events[0]).toMatchObject({
      kind: "bounce",
      at: noon,
      response: "550 5.1.1 User unknown",
      responseCode: 550,
      enhancedStatus: "5.1.1",
      recipientMx: "mx.example.org",
      bounceCategory: "badrecipient",
    });
  });

  it("a soft bounce each time that it was put off, and a bounce at last", async () => {
    const mailServers = { of: async () => "aspmx.l.google.com" };
    const deps = world().deps({ ...over(() => busy), mailServers });
    await deliver(deps, jobTo(1), world().invocation);
    await world().workOff(deps);

    const soft = world().events.filter(({ kind }) => kind === "soft_bounce");
    expect(soft).toHaveLength(mostAttempts - 1);
    expect(new Set(soft.map(({ eventId }) => eventId)).size).toBe(mostAttempts - 1);
    expect(soft[0]).toMatchObject({ bounceCategory: "greylisting", esp: "Google Workspace" });
    expect(world().events.at(-1)).toMatchObject({ kind: "bounce", bounceCategory: "greylisting" });
  });

  it("a delivery where the recipient's own server took it, and nothing yet where SES did", async () => {
    const delivered = { ...replyIn("250 2.0.0 OK"), recipientMx: "mx.example.org" };
    const deps = world().deps(over(() => ({ kind: "accepted", delivered, rfcMessageId: "<1@x>" })));
    await deliver(deps, jobTo(1), world().invocation);

    expect(kinds()).toEqual(["delivery"]);
    expect(world().events[0]).toMatchObject({ response: "250 2.0.0 OK", recipientMx: "mx.example.org" });
    expect(world().events[0]).not.toHaveProperty("enhancedStatus");
  });

  it("a rejection where the message was refused on our side, and nothing while our own routes are sick", async () => {
    await deliver(
      world().deps(over(() => ({ kind: "refused", reason: "MessageRejected: no" }))),
      jobTo(1),
      world().invocation,
    );
    await deliver(
      world().deps(over(() => ({ kind: "sick", reason: "paused", widely: true }))),
      jobTo(1),
      world().invocation,
    );

    expect(kinds()).toEqual(["reject"]);
    expect(world().events[0]).toMatchObject({ reason: "MessageRejected: no" });
  });
});

describe("a recipient's address", () => {
  const suppressed: AddressMarks = { suppressed: { type: "unsubscription" }, optedOut: false };

  function marking(marks: Record<string, AddressMarks>) {
    const marksOf = vi.fn(async () => new Map(Object.entries(marks)));
    return { marksOf, deps: world().deps({ suppressions: { marksOf } }) };
  }

  it("that is suppressed gets nothing, and the log says why", async () => {
    const { deps } = marking({ "r1@example.org": suppressed });
    const ses = scriptedRoute(accepting);
    const job = jobTo(3);
    const [, second] = job.recipients;
    await deliver({ ...deps, routes: { ses: ses.route } }, job, world().invocation);

    expect(ses.handed.map(({ recipient }) => recipient).sort()).toEqual(["r0@example.org", "r2@example.org"]);
    expect(await world().messages.get({ accountId, messageId: second?.messageId ?? "" })).toMatchObject({
      state: "failed",
      reason: "Recipient in suppression list. Reason: unsubscription",
    });
    expect(world().events.find(({ kind }) => kind === "reject")).toMatchObject({
      messageId: second?.messageId,
      reason: "Recipient in suppression list. Reason: unsubscription",
    });
  });

  it("is found in whatever case it is written", async () => {
    const { deps } = marking({ "anna@example.org": suppressed });
    const job = jobTo(1);
    const recipients = job.recipients.map((recipient) => ({ ...recipient, email: "Anna@Example.org" }));
    await deliver(deps, { ...job, recipients }, world().invocation);

    expect(kinds()).toEqual(["reject"]);
  });

  it("is looked up with all others of the job at once, for the job's domain and stream", async () => {
    const { deps, marksOf } = marking({});
    await deliver(deps, jobTo(50, { domainId: 9, stream: "bulk" }), world().invocation);
    await deliver(deps, jobTo(1), world().invocation);

    const emails = Array.from({ length: 50 }, (_, place) => `r${place}@example.org`);
    expect(marksOf.mock.calls).toEqual([
      [accountId, { domainId: 9, stream: "bulk" }, emails],
      [accountId, { domainId: 1, stream: "transactional" }, ["r0@example.org"]],
    ]);
  });
});
