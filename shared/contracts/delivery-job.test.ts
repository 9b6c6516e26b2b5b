import { describe, expect, it } from "vitest";
import { jobTo } from "../../test/support/delivery-world.ts";
import { deliveryJobSchema, emailContentSchema, isRawJob } from "./delivery-job.ts";

const raw = { bytes: 3, from: "shop@example.com", subject: "Hello" };

describe("a delivery job", () => {
  it("with content as fields is read as it was written", () => {
    const job = jobTo(2);
    expect(deliveryJobSchema.parse(JSON.parse(JSON.stringify(job)))).toEqual(job);
    expect(isRawJob(job)).toBe(false);
  });

  it.each([
    { ...raw, raw: { inline: "AAAA" } },
    { ...raw, raw: { stored: "7/s/raw.eml" } },
  ])("with a raw message is read as it was written: $raw", (content) => {
    const job = deliveryJobSchema.parse(jobTo(1, { content }));
    expect(job.content).toEqual(content);
    expect(isRawJob(job)).toBe(true);
  });

  it.each([{}, { raw: { inline: "AAAA" } }, { ...raw, raw: {} }, { stored: "one", inline: {} }])(
    "without content that can be sent is not read: %j",
    (content) => {
      expect(deliveryJobSchema.safeParse({ ...jobTo(1), content }).success).toBe(false);
    },
  );
});

describe("an attachment", () => {
  const file = { filename: "a.pdf", disposition: "attachment" };
  const attachments = emailContentSchema.shape.attachments;

  it("carries its content or says where it is stored", () => {
    const both = [
      { ...file, content: "AAAA" },
      { ...file, stored: "7/s/0-0.bin", bytes: 3 },
    ];
    expect(attachments.parse(both)).toEqual(both);
  });

  it("that has neither is not read", () => {
    expect(attachments.safeParse([file]).success).toBe(false);
    expect(attachments.safeParse([{ ...file, stored: "7/s/0-0.bin" }]).success).toBe(false);
  });
});
