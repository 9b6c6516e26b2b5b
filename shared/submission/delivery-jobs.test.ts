import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queueCallBytes } from "../contracts/delivery-job.ts";
import { newId } from "../platform/ids.ts";
import { messageIdsOf, packJobs } from "./delivery-jobs.ts";
import type { Attempt, PlacedEmail } from "./submission.ts";

const attempt: Attempt = {
  submissionId: newId(Date.UTC(2026, 0, 31)),
  accountId: 7,
  stream: "transactional",
  clientIp: undefined,
  resumed: false,
};

interface Wish {
  readonly recipients: number;
  readonly sharedBytes: number;
  readonly ownBytes: number;
}

function placed(wishes: readonly Wish[]): PlacedEmail[] {
  const shared = { text: "s".repeat(wishes[0]?.sharedBytes ?? 0) };
  let firstPlace = 0;
  return wishes.map(({ recipients, ownBytes }, item) => {
    const email: PlacedEmail = {
      item,
      firstPlace,
      domainName: "till.example",
      domainId: 3,
      recipients: Array.from({ length: recipients }, (_, place) => ({
        email: `r${place}@b.example`,
        kind: "to",
      })),
      email: { shared, own: { html: "o".repeat(ownBytes) }, category: undefined, customVariables: undefined },
    };
    firstPlace += recipients;
    return email;
  });
}

describe("packing emails into jobs", () => {
  it("gives every recipient one place in one job, with all content at hand, within the queue's limit", () => {
    const wish = fc.record({
      recipients: fc.integer({ min: 1, max: 180 }),
      sharedBytes: fc.constantFrom(0, 100, 30_000, 600_000, 1_200_000),
      ownBytes: fc.constantFrom(0, 100, 30_000, 600_000, 1_200_000),
    });
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 6 }), (wishes) => {
        const emails = placed(wishes);
        const { contents, jobs } = packJobs(attempt, emails);
        const stored = new Map(contents.map(({ key, body }) => [key, JSON.parse(body)]));
        const ids = jobs.flatMap(({ body }) =>
          JSON.parse(body).recipients.map((to: { messageId: string }) => to.messageId),
        );

        expect(ids).toEqual(emails.flatMap((email) => messageIdsOf(attempt, email)));
        for (const { body, item } of jobs) {
          const { content, recipients } = JSON.parse(body);
          const whole = Object.assign(
            {},
            ...content.stored.map((key: string) => stored.get(key)),
            content.inline,
          );
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(queueCallBytes);
          expect(recipients.length).toBeLessThanOrEqual(50);
          expect(whole.text).toHaveLength(wishes[0]?.sharedBytes ?? 0);
          expect(whole.html).toHaveLength(wishes[item]?.ownBytes ?? 0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("stores nothing that fits", () => {
    expect(
      packJobs(attempt, placed([{ recipients: 50, sharedBytes: 1_000, ownBytes: 900_000 }])).contents,
    ).toEqual([]);
  });

  it("leaves out whom a former attempt has brought on the way, and no job is empty", () => {
    const emails = placed([{ recipients: 60, sharedBytes: 0, ownBytes: 0 }]);
    const [first, ...rest] = emails.flatMap((email) => messageIdsOf(attempt, email));
    expect(packJobs(attempt, emails, (id) => id === first).jobs).toHaveLength(1);
    expect(packJobs(attempt, emails, (id) => rest.includes(id)).jobs).toHaveLength(2);
    expect(packJobs(attempt, emails, () => false).jobs).toEqual([]);
  });
});
