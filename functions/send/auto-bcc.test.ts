import { beforeEach, describe, expect, it } from "vitest";
import type { AutoBcc } from "../../shared/domains/auto-bcc.ts";
import type { ComplianceStatus } from "../../shared/domains/sending-domain.ts";
import type { AccountWish } from "../../test/support/send-service.ts";
import { queueing, useSendingCustomer } from "../../test/support/sending-customer.ts";
import { to } from "../../test/support/test-sender.ts";

const key = { "idempotency-key": "order-773" };
const lost = { ...queueing, when: "after" } as const;
const two = { emails: ["crm@example.org", "boss@example.org"], headers: { "X-Copy": "crm" } };
const sending = useSendingCustomer();

beforeEach(() => want(two));

async function openWith(wish: AccountWish): Promise<void> {
  await sending.open(wish);
  await want(two);
}

async function want(autoBcc: AutoBcc, name = sending.account.domain): Promise<void> {
  await sending.service.domains.change({ accountId: sending.account.accountId, name }, { autoBcc });
}

/** Who is in the queue, which is empty afterwards: address, kind, and whether it is a copy. */
function takeQueued() {
  const jobs = sending.service.takeJobs();
  const recipients = jobs.flatMap((job) => job.recipients);
  return {
    jobs,
    ids: recipients.map(({ messageId }) => messageId),
    copies: recipients.filter(({ autoBcc }) => autoBcc).map(({ email, kind }) => `${kind} ${email}`),
    named: recipients.filter(({ autoBcc }) => !autoBcc).map(({ email }) => email),
  };
}

describe("mail from a domain with auto-BCC", () => {
  it("has copies, which are messages and billed, and whose ids the answer does not name", async () => {
    const { message_ids: ids = [] } = await sending.customer.send({
      ...to("a"),
      cc: [{ email: "b@example.net" }],
      bcc: [{ email: "c@example.net" }],
    });
    const queued = takeQueued();

    expect(queued.copies).toEqual(["bcc crm@example.org", "bcc boss@example.org"]);
    expect(queued.named).toEqual(["a@example.net", "b@example.net", "c@example.net"]);
    expect(ids).toEqual(queued.ids.slice(0, 3));
    expect(new Set(queued.ids).size).toBe(5);
    expect(queued.jobs.map(({ autoBccHeaders }) => autoBccHeaders)).toEqual([{ "X-Copy": "crm" }]);
    expect(await sending.customer.used()).toBe(5);
  });

  it("has no copy for whom it is addressed to already, in whatever letters", async () => {
    await sending.customer.send({ to: [{ email: "CRM@example.org" }] });
    expect(takeQueued()).toMatchObject({ named: ["CRM@example.org"], copies: ["bcc boss@example.org"] });
    expect(await sending.customer.used()).toBe(2);
  });

  it("has copies of each email of a batch, whose answer names none of them", async () => {
    const { responses } = await sending.customer.batch([to("a"), {}, to("b", "c")]);
    const { ids, copies } = takeQueued();

    expect(copies).toHaveLength(4);
    expect(responses?.map(({ message_ids }) => message_ids)).toEqual([[ids[0]], undefined, [ids[3], ids[4]]]);
    expect(await sending.customer.used()).toBe(7);
  });

  it("has copies of what the domain at hand wants, and of no other", async () => {
    const other = "other.example";
    await openWith({ domains: { [other]: "compliant" } });
    await sending.customer.batch([{ ...to("a"), from: { email: `a@${other}` } }, to("b")]);
    const { jobs } = takeQueued();
    expect(jobs.map(({ recipients, autoBccHeaders }) => [recipients.length, autoBccHeaders])).toEqual([
      [1, undefined],
      [3, { "X-Copy": "crm" }],
    ]);
  });

  it("names the copies' header fields only where there are copies", async () => {
    await sending.customer.send(to(...Array.from({ length: 50 }, (_, place) => `r${place}`)));
    expect(takeQueued().jobs.map(({ autoBccHeaders }) => autoBccHeaders)).toEqual([undefined, two.headers]);
  });

  it("is refused where its copies go beyond the limit", async () => {
    await openWith({ monthLimit: 5 });
    expect((await sending.customer.send(to("a"))).status).toBe(200);
    expect(await sending.customer.send(to("b"))).toMatchObject({ success: false });
    expect(await sending.customer.used()).toBe(3);
    await want({ emails: [], headers: {} });
    expect((await sending.customer.send(to("b"))).status).toBe(200);
  });

  it("is sent from a demo domain without copies", async () => {
    const demo: ComplianceStatus = "demo";
    await sending.service.domains.setComplianceStatus(
      sending.account.accountId,
      sending.account.domain,
      demo,
    );
    await sending.customer.send({ to: [{ email: "owner@example.net" }] });
    expect(takeQueued()).toMatchObject({ named: ["owner@example.net"], copies: [] });
  });
});

describe("an Idempotency-Key of mail with copies", () => {
  it("reads the first answer, and nobody gets a second copy", async () => {
    const first = await sending.customer.send(to("a"), key);
    await want({ emails: ["new@example.org"], headers: {} });
    expect(await sending.customer.send(to("a"), key)).toEqual(first);
    expect(takeQueued().ids).toHaveLength(3);
    expect(await sending.customer.used()).toBe(3);
  });

  it.each([
    ["more", { emails: ["first@example.org", ...two.emails], headers: {} }],
    ["fewer", { emails: ["boss@example.org"], headers: {} }],
    ["no", { emails: [], headers: {} }],
  ])("keeps to the first attempt's copies when the domain wants %s by the second", async (_what, later) => {
    await sending.broken.die(lost, () => sending.customer.send(to("a"), key));
    const before = takeQueued();
    await want(later);
    sending.clock.advance(61_000);
    const answer = await sending.customer.send(to("a"), key);
    const again = takeQueued();

    expect(answer).toMatchObject({ status: 200, message_ids: [before.ids[0]] });
    expect([again.ids, again.copies]).toEqual([before.ids, before.copies]);
    expect(await sending.customer.used()).toBe(3);
  });

  it("keeps to them in a batch too, where the places of all later messages hang on them", async () => {
    const items = [to("a"), to("b")];
    await sending.broken.die(lost, () => sending.customer.batch(items, key));
    const before = takeQueued();
    await want({ emails: ["first@example.org"], headers: {} });
    sending.clock.advance(61_000);
    const { responses } = await sending.customer.batch(items, key);
    const again = takeQueued();

    expect(again.ids).toEqual(before.ids);
    expect(again.copies).toEqual(before.copies);
    expect(responses?.map(({ message_ids }) => message_ids)).toEqual([[before.ids[0]], [before.ids[3]]]);
    expect(await sending.customer.used()).toBe(6);
  });

  it("adds none where the first attempt had none", async () => {
    await want({ emails: [], headers: {} });
    await sending.broken.die(lost, () => sending.customer.send(to("a"), key));
    const before = takeQueued();
    await want(two);
    sending.clock.advance(61_000);
    expect((await sending.customer.send(to("a"), key)).status).toBe(200);
    expect(takeQueued().ids).toEqual(before.ids);
    expect(await sending.customer.used()).toBe(1);
  });
});
