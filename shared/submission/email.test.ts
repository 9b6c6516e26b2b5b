import { describe, expect, it } from "vitest";
import { draft, problems, sound } from "../../test/support/sound-email.ts";
import { contentOf, draftOf, draftOver } from "./email.ts";
import { readFields } from "./email-fields.ts";

describe("an email", () => {
  it("with from, one recipient, subject and text is sound", () => {
    expect(draft({})).toMatchObject({
      senderDomain: "till.example",
      recipients: [{ email: "reader@example.net", kind: "to" }],
      problems: [],
    });
  });

  it("lacking everything names what it lacks in the documented order", () => {
    expect(draftOf(readFields({})).problems).toEqual([
      "'from' is required",
      "'to', 'cc' or 'bcc' address is required",
      "'subject' is required",
      "must specify either text or html body",
    ]);
  });

  it.each([undefined, null, "", { email: "" }, {}, { email: null, name: "x" }])(
    "treats %j as no sender",
    (from) => {
      expect(problems({ from })).toEqual(["'from' is required"]);
    },
  );

  it("treats empty texts as absent", () => {
    expect(problems({ subject: "", text: "", html: "", category: "", template_uuid: "" })).toEqual([
      "'subject' is required",
      "must specify either text or html body",
    ]);
  });

  it("needs a recipient in any one of the three lists", () => {
    expect(problems({ to: [], cc: [{ email: "c@example.net" }] })).toEqual([]);
    expect(problems({ to: null, bcc: [{ email: "b@example.net" }] })).toEqual([]);
    expect(problems({ to: [], cc: [], bcc: [] })).toEqual(["'to', 'cc' or 'bcc' address is required"]);
  });

  it("has its recipients in the order to, cc, bcc, and bcc nowhere in its content", () => {
    const { recipients, email } = draft({
      bcc: [{ email: "b@example.net" }],
      cc: [{ email: "c@example.net" }],
      to: [{ email: "t1@example.net" }, { email: "t2@example.net" }],
    });
    expect(recipients.map(({ email: address, kind }) => `${kind} ${address}`)).toEqual([
      "to t1@example.net",
      "to t2@example.net",
      "cc c@example.net",
      "bcc b@example.net",
    ]);
    expect(JSON.stringify(email)).not.toContain("b@example.net");
  });

  it("takes the first reply_to of a list and none of an empty one", () => {
    const first = draft({ reply_to: [{ email: "r1@example.net" }, { email: "r2@example.net" }] });
    expect(first.email.own.replyTo).toEqual({ email: "r1@example.net", name: undefined });
    expect(draft({ reply_to: [] }).email.own.replyTo).toBeUndefined();
    expect(draft({ reply_to: { email: "" } }).problems).toEqual([]);
  });

  it("ignores fields that it does not know", () => {
    expect(problems({ sandbox: true, __proto__: { x: 1 }, constructor: "x" })).toEqual([]);
  });

  it("travels with its domains in A-labels", () => {
    expect(draft({ from: { email: "a@MÜNCHEN.example" } })).toMatchObject({
      senderDomain: "xn--mnchen-3ya.example",
      email: { own: { from: { email: "a@xn--mnchen-3ya.example" } } },
    });
  });

  it("is as large as its fields and its decoded attachments", () => {
    const small = draft({}).bytes;
    expect(draft({ text: "Paid.é" }).bytes - small).toBe(2);
    expect(draft({ attachments: [{ content: "c2VhbA==", filename: "seal" }] }).bytes - small).toBe(8);
    expect(draft({ headers: { "X-A": "four" } }).bytes - small).toBe(7);
  });

  it("names at most twenty mistakes", () => {
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, place) => [`X-${place}`, place]));
    expect(problems({ headers })).toHaveLength(20);
  });
});

describe("a template", () => {
  const template_uuid = "b81aabcd-1a1e-41cf-91b6-eca0254b3d96";

  it("stands instead of subject, text, html and category", () => {
    expect(problems({ template_uuid, html: "<p>", category: "c" })).toEqual([
      "'subject' is not allowed with 'template_uuid'",
      "'text' is not allowed with 'template_uuid'",
      "'html' is not allowed with 'template_uuid'",
      "'category' is not allowed with 'template_uuid'",
    ]);
  });

  it("that nobody knows is an error only where all else is right", () => {
    const { subject, text, ...addressed } = sound;
    expect(draftOf(readFields({ ...addressed, template_uuid })).problems).toEqual([
      "'template_uuid' is unknown",
    ]);
    expect(draftOf(readFields({ template_uuid, to: sound.to })).problems).toEqual(["'from' is required"]);
  });
});

describe("an item of a batch", () => {
  const base = readFields({
    from: sound.from,
    subject: "Base",
    headers: { "X-A": "1", "X-B": "2" },
    text: "T",
  });
  const shared = contentOf(base);

  it("inherits what it lacks, key by key", () => {
    const item = draftOver(
      base,
      shared,
      readFields({ to: sound.to, subject: "Own", headers: { "X-A": "3" } }),
    );
    expect(item.problems).toEqual([]);
    expect({ ...item.email.shared, ...item.email.own }).toMatchObject({
      from: sound.from,
      subject: "Own",
      text: "T",
      headers: { "X-A": "3" },
    });
  });

  it("inherits too where it writes the empty text, or a sender without an address", () => {
    const item = draftOver(
      base,
      shared,
      readFields({ to: sound.to, subject: "", from: { email: "" }, text: null }),
    );
    expect(item.problems).toEqual([]);
    expect({ ...item.email.shared, ...item.email.own }).toMatchObject({ subject: "Base", from: sound.from });
  });

  it("shares the base's content as one object", () => {
    expect(draftOver(base, shared, readFields({ to: sound.to })).email.shared).toBe(shared);
  });

  it("mends a mistake of the base by its own field, or else has it", () => {
    const wrong = readFields({ from: sound.from, subject: 7, text: "T" });
    expect(draftOver(wrong, {}, readFields({ to: sound.to })).problems).toEqual([
      "'subject' must be a string",
    ]);
    expect(draftOver(wrong, {}, readFields({ to: sound.to, subject: "Own" })).problems).toEqual([]);
  });
});
